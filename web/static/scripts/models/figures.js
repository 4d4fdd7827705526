// @ts-check
// One second's figures out of a connection's statistics (W3C webrtc-stats): what grew since the ones before.

/** @typedef {Record<string, unknown> & { id: string, type: string, kind?: string }} Row */
/** @typedef {{ at: number, bytes: number, sent: number, received: number, concealed: number, samples: number, answers: number | null, reports: Record<string, unknown> }} Sums `answers`: to what asks whether the path still stands, by which round trips are measured; `reports`: when each report of loss was made */
/** @typedef {{ forEach: (visit: (row: Row) => void) => void }} Report */

/** Nothing was counted yet. @param {number} at milliseconds @returns {Sums} */
export function noSums(at) {
  return { at, bytes: 0, sent: 0, received: 0, concealed: 0, samples: 0, answers: null, reports: {} };
}

/**
 * @param {Report} report @param {Sums} before of the same connection @param {number} at milliseconds
 * @returns {{ sums: Sums, bytes: number, silent: boolean, roundTripMs: number | null, answerMs: number | null, path: string, figures: Omit<import("./quality.js").Figures, "delayMs"> }}
 *   `bytes`: sent and received since then; `silent`: nothing at all has come since then, not even a report;
 *   `roundTripMs`: as measured since then; `answerMs`: as the path measured it since then, with
 *   a question of its own; `path`: another one between the same people has another name
 */
export function figuresOf(report, before, at) {
  /** @type {Row[]} */
  const rows = [];
  report.forEach((row) => void rows.push(row));
  const pair = selectedPair(rows);
  const heard = rows.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
  const seen = rows.find(({ type, kind }) => type === "outbound-rtp" && kind === "video");
  const losses = rows.filter(({ type }) => type === "remote-inbound-rtp");
  const fresh = losses.filter(({ id, timestamp }) => timestamp === undefined || timestamp !== before.reports[id]);
  const sums = {
    at,
    bytes: (number(pair?.bytesSent) ?? 0) + (number(pair?.bytesReceived) ?? 0),
    sent: number(pair?.bytesSent) ?? 0,
    received: number(pair?.bytesReceived) ?? 0,
    // Silence that nobody sent is made up as well, and is no hole.
    concealed: (number(heard?.concealedSamples) ?? 0) - (number(heard?.silentConcealedSamples) ?? 0),
    samples: number(heard?.totalSamplesReceived) ?? 0,
    answers: number(pair?.responsesReceived),
    reports: Object.fromEntries(losses.map(({ id, timestamp }) => [id, timestamp])),
  };
  const samples = sums.samples - before.samples;
  const answerMs = sums.answers === null || sums.answers !== before.answers ? milliseconds(pair?.currentRoundTripTime) : null;
  return {
    sums,
    bytes: Math.max(0, sums.bytes - before.bytes),
    silent: sums.received > 0 && sums.received === before.received,
    roundTripMs: roundTripOf(fresh) ?? answerMs,
    answerMs,
    path: pair?.id ?? "",
    figures: {
      seconds: (at - before.at) / 1000,
      pathBits: number(pair?.availableOutgoingBitrate),
      sentBits: pair && at > before.at ? Math.max(0, ((sums.sent - before.sent) * 8_000) / (at - before.at)) : null,
      videoBits: seen?.active === false ? null : number(seen?.targetBitrate),
      lost: mostLost(losses),
      lostNow: mostLost(fresh),
      concealed: samples > 0 ? Math.max(0, sums.concealed - before.concealed) / samples : null,
    },
  };
}

/** @param {Row[]} rows */
function selectedPair(rows) {
  const chosen = rows.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  // Firefox has no transport's row, but says it of the pair.
  return rows.find(({ id, type, selected }) => type === "candidate-pair" && (chosen ? id === chosen.selectedCandidatePairId : selected));
}

/**
 * Reports of what arrived come every second; answers of the path every third, and late where it chokes.
 * @param {Row[]} reports
 */
function roundTripOf(reports) {
  const times = reports.map(({ roundTripTime }) => milliseconds(roundTripTime) ?? 0).filter((time) => time > 0);
  return times.length > 0 ? Math.max(...times) : null;
}

/** @param {unknown} seconds */
function milliseconds(seconds) {
  const known = number(seconds);
  return known === null ? null : known * 1000;
}

/** @param {Row[]} reports */
function mostLost(reports) {
  const parts = reports.map(({ fractionLost }) => number(fractionLost) ?? 0);
  return parts.length > 0 ? Math.max(...parts) : null;
}

/** @param {unknown} value */
function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

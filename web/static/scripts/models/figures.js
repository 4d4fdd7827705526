// @ts-check
// One second's figures out of a connection's statistics (W3C webrtc-stats): what grew since the ones before.

/** @typedef {Record<string, unknown> & { id: string, type: string, kind?: string }} Row */
/** @typedef {{ at: number, bytes: number, sent: number, received: number, concealed: number, samples: number }} Sums */
/** @typedef {{ forEach: (visit: (row: Row) => void) => void }} Report */

/** Nothing was counted yet. @param {number} at milliseconds @returns {Sums} */
export function noSums(at) {
  return { at, bytes: 0, sent: 0, received: 0, concealed: 0, samples: 0 };
}

/**
 * @param {Report} report @param {Sums} before of the same connection @param {number} at milliseconds
 * @returns {{ sums: Sums, bytes: number, silent: boolean, roundTripMs: number | null, figures: Omit<import("./quality.js").Figures, "delayMs"> }}
 *   `bytes`: sent and received since then; `silent`: nothing at all has come since then, not even a report
 */
export function figuresOf(report, before, at) {
  /** @type {Row[]} */
  const rows = [];
  report.forEach((row) => void rows.push(row));
  const pair = selectedPair(rows);
  const heard = rows.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
  const seen = rows.find(({ type, kind }) => type === "outbound-rtp" && kind === "video");
  const roundTrip = number(pair?.currentRoundTripTime);
  const sums = {
    at,
    bytes: (number(pair?.bytesSent) ?? 0) + (number(pair?.bytesReceived) ?? 0),
    sent: number(pair?.bytesSent) ?? 0,
    received: number(pair?.bytesReceived) ?? 0,
    // Silence that nobody sent is made up as well, and is no hole.
    concealed: (number(heard?.concealedSamples) ?? 0) - (number(heard?.silentConcealedSamples) ?? 0),
    samples: number(heard?.totalSamplesReceived) ?? 0,
  };
  const samples = sums.samples - before.samples;
  return {
    sums,
    bytes: Math.max(0, sums.bytes - before.bytes),
    silent: sums.received > 0 && sums.received === before.received,
    roundTripMs: roundTrip === null ? null : roundTrip * 1000,
    figures: {
      seconds: (at - before.at) / 1000,
      pathBits: number(pair?.availableOutgoingBitrate),
      sentBits: pair && at > before.at ? Math.max(0, ((sums.sent - before.sent) * 8_000) / (at - before.at)) : null,
      videoBits: seen?.active === false ? null : number(seen?.targetBitrate),
      lost: mostLost(rows),
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

/** @param {Row[]} rows */
function mostLost(rows) {
  const parts = rows.filter(({ type }) => type === "remote-inbound-rtp").map(({ fractionLost }) => number(fractionLost) ?? 0);
  return parts.length > 0 ? Math.max(...parts) : null;
}

/** @param {unknown} value */
function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

// @ts-check
// What a connection's statistics say of its path and its streams (W3C webrtc-stats).

/** @typedef {import("../wire.js").Path} Path */
/** @typedef {{ at: number, bytes: number, packets: number, lost: number }} Received */

/** @type {Record<string, Path>} */
const RELAYED = { udp: "turn_udp", tcp: "turn_tcp", tls: "turn_tls" };

/** @param {RTCStatsReport} stats @returns {Record<string, any> | null} the pair of addresses in use */
export function pairOf(stats) {
  /** @type {Record<string, any>[]} */
  const pairs = [];
  let selected = "";
  stats.forEach((one) => {
    if (one.type === "transport") selected = one.selectedCandidatePairId ?? selected;
    if (one.type === "candidate-pair") pairs.push(one);
  });
  return pairs.find(({ id }) => id === selected) ?? pairs.find(({ nominated, state }) => nominated && state === "succeeded") ?? null;
}

/** @param {RTCStatsReport} stats @returns {{ path: Path, rttMs: number | null }} */
export function pathOf(stats) {
  const pair = pairOf(stats);
  if (!pair) return { path: "none", rttMs: null };
  const own = stats.get(pair.localCandidateId) ?? {};
  const path = own.candidateType === "relay" ? (RELAYED[own.relayProtocol] ?? "turn_udp") : own.candidateType === "host" ? "direct" : "stun";
  return { path, rttMs: pair.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000) };
}

/** All that came in so far. @param {RTCStatsReport} stats @param {number} at @returns {Received} */
export function receivedOf(stats, at) {
  const sum = { at, bytes: 0, packets: 0, lost: 0 };
  stats.forEach((one) => {
    if (one.type !== "inbound-rtp") return;
    sum.bytes += (one.bytesReceived ?? 0) + (one.headerBytesReceived ?? 0);
    sum.packets += one.packetsReceived ?? 0;
    sum.lost += Math.max(0, one.packetsLost ?? 0);
  });
  return sum;
}

/** The best stretch of two samples' length, in kbit/s. @param {Received[]} samples */
export function bestKbps(samples) {
  let best = 0;
  for (let i = 2; i < samples.length; i++) {
    const [from, to] = [samples[i - 2], samples[i]];
    if (to.at > from.at) best = Math.max(best, ((to.bytes - from.bytes) * 8) / (to.at - from.at));
  }
  return Math.round(best);
}

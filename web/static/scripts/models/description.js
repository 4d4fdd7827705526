// @ts-check
// Each session description says which connection wrote it and for which connection of the other side it is meant. A page that was
// reloaded has a new connection; without the names, an offer for its old one could not be told from one for its new one. An answer
// says which offer it answers, by the version that browsers give each of them (RFC 8829 5.2.2), in a line of its own, which older
// pages do not read.

/**
 * @typedef {{ from: string, to: string | null, answers: string | null }} Names `to` is null when the writer did not know the other
 *   side yet, `answers` in offers and in what older pages write
 */

const NAMES = /^a=x-consult:(\S+) (\S+)\s*$/m;
const ANSWERS = /^a=x-consult-answers:(\S+)\s*$/m;
const FINGERPRINT = /^a=fingerprint:(\S+ \S+)\s*$/m;
const NOBODY = "-";

/** @param {string} sdp @param {Names} names */
export function named(sdp, { from, to, answers }) {
  const line = `a=x-consult:${from} ${to ?? NOBODY}\r\n` + (answers === null ? "" : `a=x-consult-answers:${answers}\r\n`);
  const media = sdp.indexOf("\r\nm=");
  return media < 0 ? sdp + line : sdp.slice(0, media + 2) + line + sdp.slice(media + 2);
}

/**
 * Without feedback on codecs that the line does not have: of those that a page gave up, Firefox 153 leaves it standing, and
 * Chromium 156 cannot read such an offer. @param {string} sdp
 */
export function withoutStrays(sdp) {
  /** @type {Set<string>} */
  let codecs = new Set();
  const kept = sdp.split("\r\n").filter((line) => {
    if (line.startsWith("m=")) codecs = new Set(line.split(" ").slice(3));
    const [, codec] = /^a=rtcp-fb:(\d+) /.exec(line) ?? [];
    return codec === undefined || codecs.has(codec);
  });
  return kept.join("\r\n");
}

/** Who wrote a description; one without names is known by its certificate. @param {string} sdp @returns {Names} */
export function namesIn(sdp) {
  const [, from, to] = NAMES.exec(sdp) ?? [];
  const answers = ANSWERS.exec(sdp)?.[1] ?? null;
  if (from) return { from, to: to === NOBODY ? null : to, answers };
  return { from: FINGERPRINT.exec(sdp)?.[1] ?? "unknown", to: null, answers };
}

/** What tells an offer from the connection's other ones. @param {string} sdp */
export function versionOf(sdp) {
  return /^o=\S+ \S+ (\d+) /m.exec(sdp)?.[1] ?? null;
}

/** @param {string} sdp @param {string} ufrag */
export function hasUfrag(sdp, ufrag) {
  return sdp.split(/\r?\n/).includes(`a=ice-ufrag:${ufrag}`);
}

/** An offer that looks for another path (RFC 8839 4.4.1.1). @param {RTCSessionDescription | null} before the writer's last one @param {string} sdp */
export function movesPath(before, sdp) {
  return before !== null && ufragOf(before.sdp) !== ufragOf(sdp);
}

/** @param {string} sdp */
export function ufragOf(sdp) {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}

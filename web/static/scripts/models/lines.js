// @ts-check

/** @typedef {import("./capture.js").Kind} Kind */

/**
 * Puts this side's tracks, or none, into the lines of a connection.
 * @param {RTCPeerConnection} pc @param {(kind: Kind) => MediaStreamTrack | null} track @param {Kind} [only]
 */
export async function plug(pc, track, only) {
  for (const transceiver of pc.getTransceivers()) {
    const kind = kindOf(transceiver);
    if (!only || kind === only) await transceiver.sender.replaceTrack(track(kind));
  }
}

/** @param {RTCRtpTransceiver} transceiver @returns {Kind} */
export function kindOf(transceiver) {
  return /** @type {Kind} */ (transceiver.receiver.track.kind);
}

const REPAIR = /\/(red|ulpfec|flexfec-03)$/i;

/**
 * Without packets for repair (RFC 5109): after losses they take half of a thin line from the picture (Chromium 156), and what a
 * full queue has dropped they do not bring back. What is lost is asked for again. @param {RTCRtpTransceiver} transceiver @param {Kind} kind
 */
export function withoutRepair(transceiver, kind) {
  const known = kind === "video" ? RTCRtpReceiver.getCapabilities(kind)?.codecs : null;
  if (known) transceiver.setCodecPreferences?.(known.filter(({ mimeType }) => !REPAIR.test(mimeType)));
}

/** Closes a connection, of which nothing more is heard. @param {RTCPeerConnection} pc */
export function release(pc) {
  pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.ontrack = null;
  pc.close();
}

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

/** Closes a connection, of which nothing more is heard. @param {RTCPeerConnection} pc */
export function release(pc) {
  pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.ontrack = null;
  pc.close();
}

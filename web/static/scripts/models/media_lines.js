// @ts-check

/** @typedef {import("./capture.js").Kind} Kind */

/** @param {RTCRtpTransceiver} transceiver @returns {Kind} */
export function kindOf(transceiver) {
  return /** @type {Kind} */ (transceiver.receiver.track.kind);
}

/** Ends a connection, and nothing is heard of it any more. @param {RTCPeerConnection} pc */
export function release(pc) {
  pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.ontrack = null;
  pc.close();
}

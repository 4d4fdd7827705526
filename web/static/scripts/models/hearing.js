// @ts-check
// How long a voice waits before it is played (W3C webrtc-extensions, jitterBufferTarget). A browser waits as long as packets were
// late so far; on a thin line the next one is later still whenever more is sent there, and a hole is heard. So there it waits longer.
import { kindOf } from "./lines.js";

/** @typedef {import("./quality.js").Level} Level */

/** At and below this level the line is thin. @type {Level} */
export const THIN = 2;
/** A queue grows by so much before a step up is given up again; people who talk hardly notice (ITU-T G.114: 150 ms one way). */
export const THIN_WAIT_MS = 150;

/** Says to the receiver of the voice how long to wait; null, as it likes, on a line that is not thin. @param {RTCPeerConnection} pc @param {Level} level what this side sends in */
export function hearAt(pc, level) {
  const wanted = level <= THIN ? THIN_WAIT_MS : null;
  for (const transceiver of pc.getTransceivers()) {
    const receiver = /** @type {RTCRtpReceiver & { jitterBufferTarget?: number | null }} */ (transceiver.receiver);
    if (kindOf(transceiver) !== "audio" || receiver?.jitterBufferTarget === undefined) continue;
    if (receiver.jitterBufferTarget !== wanted) receiver.jitterBufferTarget = wanted;
  }
}

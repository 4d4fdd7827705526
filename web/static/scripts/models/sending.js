// @ts-check
// What a level means for the two senders of a connection (W3C webrtc-pc setParameters).
import { kindOf } from "./lines.js";
import { LEVELS, pictureAt } from "./quality.js";

/** @typedef {import("./quality.js").Level} Level */
/** @typedef {{ level: Level, part: number, rests: boolean }} Sent `part`: how far the try of the next level has come, 0 to 1; `rests`: no picture just now */
/** @typedef {Record<string, unknown>} Wishes */

/** Says to both senders what they may send; does nothing where it holds already. @param {RTCPeerConnection} pc @param {Sent} sent */
export async function sendAt(pc, sent) {
  for (const transceiver of pc.getTransceivers()) {
    const { sender } = transceiver;
    const moves = kindOf(transceiver) === "video";
    await wish(sender, moves ? picture(sent, sender.track) : voice(sent.level), moves);
  }
}

/** @param {Level} level @returns {Wishes} */
function voice(level) {
  return { maxBitrate: LEVELS[level].audioBits, priority: "high", networkPriority: "high" };
}

/** @param {Sent} sent @param {MediaStreamTrack | null} track @returns {Wishes} */
function picture({ level, part, rests }, track) {
  const { width, framesPerSecond, videoBits } = pictureAt(level, part);
  if (videoBits === 0 || rests) return { active: false };
  const size = track?.getSettings() ?? {};
  // A camera held upright gives 480 by 640.
  const longer = Math.max(size.width ?? 640, size.height ?? 480);
  return {
    active: true,
    maxBitrate: videoBits,
    maxFramerate: framesPerSecond,
    scaleResolutionDownBy: Math.max(1, longer / width),
    priority: "low",
    networkPriority: "low",
  };
}

/** What each sender was told last: not every browser gives back all that it was told. @type {WeakMap<RTCRtpSender, string>} */
const told = new WeakMap();

/** @param {RTCRtpSender} sender @param {Wishes} wishes @param {boolean} moves keep the motion, give up sharpness first */
async function wish(sender, wishes, moves) {
  const parameters = /** @type {RTCRtpSendParameters & Wishes} */ (sender.getParameters());
  const encoding = parameters.encodings?.[0];
  const words = JSON.stringify(wishes);
  // A rolled back offer makes Chromium forget what it was told.
  const forgot = encoding && wishes.maxBitrate !== undefined && encoding.maxBitrate !== wishes.maxBitrate;
  if (!encoding || (told.get(sender) === words && !forgot)) return;
  Object.assign(encoding, wishes);
  if (moves) parameters.degradationPreference = "maintain-framerate";
  try {
    await sender.setParameters(parameters);
    told.set(sender, words);
  } catch {
    // A sender that has just ended, or was told something else meanwhile: the next second tries again.
  }
}

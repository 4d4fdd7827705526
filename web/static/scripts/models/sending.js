// @ts-check
// What a level means for the two senders of a connection (W3C webrtc-pc setParameters).
import { kindOf } from "./lines.js";
import { LEVELS, pictureAt } from "./quality.js";
import { isScreen } from "./screen.js";

/** @typedef {import("./quality.js").Level} Level */
/** @typedef {{ level: Level, part: number, rests: boolean }} Sent `part`: how far the try of the next level has come, 0 to 1; `rests`: no picture just now */
/** @typedef {Record<string, unknown>} Wishes */

/** A screen in each level: the size is kept as long as it can be, so that letters stay letters; there are fewer pictures instead. The bits are those of the level. @type {{ width: number, framesPerSecond: number }[]} */
export const SCREEN_LEVELS = [
  { width: 0, framesPerSecond: 0 },
  { width: 960, framesPerSecond: 1 },
  { width: 1280, framesPerSecond: 3 },
  { width: 1920, framesPerSecond: 5 },
  { width: 1920, framesPerSecond: 10 },
];

const CODECS = ["video/vp8", "video/vp9", "video/h264", "video/av1"];

/** Says to both senders what they may send; does nothing where it holds already. @param {RTCPeerConnection} pc @param {Sent} sent */
export async function sendAt(pc, sent) {
  for (const transceiver of pc.getTransceivers()) {
    const { sender } = transceiver;
    const moves = kindOf(transceiver) === "video";
    await wish(sender, moves ? picture(sent, sender.track) : voice(sent.level), moves ? preferenceOf(sender.track) : undefined);
  }
}

/** @param {Level} level @returns {Wishes} */
function voice(level) {
  return { maxBitrate: LEVELS[level].audioBits, priority: "high", networkPriority: "high" };
}

/** @param {Sent} sent @param {MediaStreamTrack | null} track @returns {Wishes} */
function picture({ level, part, rests }, track) {
  const { videoBits, ...camera } = pictureAt(level, part);
  const { width, framesPerSecond } = isScreen(track) ? SCREEN_LEVELS[level] : camera;
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

/** What is given up first where not all can be sent: of a camera sharpness, of a screen motion. @param {MediaStreamTrack | null} track @returns {RTCDegradationPreference} */
function preferenceOf(track) {
  return isScreen(track) ? "maintain-resolution" : "maintain-framerate";
}

/** What each sender was told last: not every browser gives back all that it was told. @type {WeakMap<RTCRtpSender, string>} */
const told = new WeakMap();

/** @param {RTCRtpSender} sender @param {Wishes} wishes @param {RTCDegradationPreference} [preference] */
async function wish(sender, wishes, preference) {
  const parameters = sender.getParameters();
  const encoding = parameters.encodings?.[0];
  const words = JSON.stringify({ ...wishes, preference });
  // A rolled back offer makes Chromium forget what it was told.
  const forgot = encoding && wishes.maxBitrate !== undefined && encoding.maxBitrate !== wishes.maxBitrate;
  if (!encoding || (told.get(sender) === words && !forgot)) return;
  const codec = codecFor(sender, wishes, parameters.codecs ?? []);
  try {
    // Not every browser can change it.
    await give(sender, wishes, preference, codec).catch((error) => (codec ? give(sender, wishes, preference) : Promise.reject(error)));
    told.set(sender, words);
  } catch {
    // A sender that has just ended, or was told something else meanwhile: the next second tries again.
  }
}

/** @param {RTCRtpSender} sender @param {Wishes} wishes @param {RTCDegradationPreference} [preference] @param {RTCRtpCodecParameters} [codec] */
async function give(sender, wishes, preference, codec) {
  const parameters = /** @type {RTCRtpSendParameters & Wishes} */ (sender.getParameters());
  Object.assign(parameters.encodings[0], wishes, { codec });
  if (preference) parameters.degradationPreference = preference;
  await sender.setParameters(parameters);
}

/** The codec of a picture that rests, or has rested before. @type {WeakMap<RTCRtpSender, RTCRtpCodecParameters>} */
const own = new WeakMap();

/**
 * A sender that is given another codec begins anew and forgets what it has sent, which it would send again for ten seconds, although
 * it rests (Chromium 156). Nothing is ever sent in the other one: with its own codec the picture comes back.
 * @param {RTCRtpSender} sender @param {Wishes} wishes @param {RTCRtpCodecParameters[]} codecs as negotiated, the one in use first
 */
function codecFor(sender, wishes, codecs) {
  if (wishes.active !== false) return own.get(sender);
  const [first] = codecs;
  if (first && !own.has(sender)) own.set(sender, first);
  return codecs.find(({ mimeType }) => CODECS.includes(mimeType.toLowerCase()) && mimeType !== own.get(sender)?.mimeType);
}

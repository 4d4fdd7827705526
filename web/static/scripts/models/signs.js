// @ts-check
// What is seen in one second that calls for a lower level. Pure.
import { BEST, LEVELS, below, least } from "./levels.js";

/** @typedef {import("./levels.js").Level} Level */
/**
 * What was seen since the figures before; null where the browser does not say.
 * @typedef {{
 *   seconds: number,
 *   pathBits: number | null,
 *   sentBits: number | null,
 *   videoBits: number | null,
 *   lost: number | null,
 *   lostNow?: number | null,
 *   delayMs: number | null,
 *   concealed: number | null,
 *   levelHere?: Level,
 * }} Figures `pathBits`: what the path is thought to carry; `sentBits`: what went out; `videoBits`: what of the path the picture gets; `lost`: part of our packets, as last reported, which may be seconds ago; `lostNow`: as reported since;
 *   `delayMs`: round trip beyond the shortest of this call, where one was measured lately; `concealed`: part of the sound that had to be made up here;
 *   `levelHere`: what the other side sends in
 */
/** @typedef {(figures: Figures, level: Level) => Level} Sign the level it calls for: the same when all is well */

const FULL_PART = 0.7;
const LOST_PART = 0.12;
export const FEW_LOST = 0.03;
const MANY_LOST = 0.25;
const MOST_LOST = 0.4;
const NO_QUEUE_MS = 100;
export const DELAY_MS = 250;
// The small picture may cost the voice so much; without it there is nothing left to give up.
const LONG_DELAY_MS = 280;
const CONCEALED_PART = 0.05;
const MUCH_CONCEALED = 0.25;
const MOST_CONCEALED = 0.5;

/** A path that is thin: down at once to what it carries. Thought thin while little is sent, it may carry more. @type {Sign} */
function thinPath({ pathBits, videoBits, lost, delayMs }, level) {
  if (pathBits === null || pathBits >= LEVELS[level].needsBits) return level;
  if (videoBits === null || videoBits >= FULL_PART * LEVELS[level].videoBits) return level;
  const carried = LEVELS.filter(({ needsBits }) => needsBits <= pathBits).length - 1;
  if (level <= 1) return /** @type {Level} */ (carried);
  // A path that chokes is thought thinner than it is: the small picture is tried before none is sent. One that loses a few packets
  // everywhere is thought thin as well, but there is no queue for the voice to wait in, and long packets would make longer holes.
  const lossy = lost !== null && lost > FEW_LOST && lost < MANY_LOST && delayMs !== null && delayMs < NO_QUEUE_MS;
  return /** @type {Level} */ (Math.min(level, Math.max(lossy ? 2 : 1, carried)));
}

/** Packets that wait in a queue somewhere: the voice waits with them. @type {Sign} */
function queue({ delayMs }, level) {
  return delayMs !== null && delayMs > (level > 1 ? DELAY_MS : LONG_DELAY_MS) ? below(level) : level;
}

/** A queue that is full: what comes later is lost. An old report tells of larger pictures, and takes no small one. @type {Sign} */
function fullQueue({ delayMs, lost, lostNow = lost }, level) {
  const part = level > 1 ? lost : lostNow;
  return delayMs !== null && delayMs > DELAY_MS && part !== null && part > LOST_PART ? below(level) : level;
}

/** Lost packets: fewer of them help, longer ones do not; unless so many are lost that hardly any of these fits. @type {Sign} */
function loss({ lost }, level) {
  if (lost === null || lost <= LOST_PART) return level;
  if (lost > MOST_LOST) return least(level, 1);
  return level > 2 ? below(level) : level;
}

/**
 * Sound with holes in it: less is asked for than is sent, which may be far less already than was asked for. Where there is no queue
 * the packets are lost one by one, and long packets would make longer holes. @type {Sign}
 */
function holes({ concealed, delayMs, levelHere = BEST }, level) {
  if (concealed === null || concealed <= CONCEALED_PART) return level;
  const sent = least(level, levelHere);
  if (delayMs !== null && delayMs < NO_QUEUE_MS) return sent <= 2 ? level : below(sent);
  return concealed > MUCH_CONCEALED ? least(below(sent), 1) : below(sent);
}

/**
 * Hardly a word is understood here, and no report comes from the other side: the line chokes both ways, and what is sent here may
 * be a part of it. @type {Sign}
 */
function choked({ concealed, lost, lostNow = lost }, level) {
  const cutOff = lost !== null && lostNow === null;
  return cutOff && concealed !== null && concealed > MOST_CONCEALED ? least(level, 1) : level;
}

/** What tells about the way to the other side. @type {Sign[]} */
export const SENDING = [thinPath, queue, fullQueue, loss, choked];
/** What tells about the way from the other side: it is asked for less. @type {Sign[]} */
export const RECEIVING = [holes];

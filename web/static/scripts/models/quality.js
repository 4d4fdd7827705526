// @ts-check
// The quality of what one side sends: five levels, and what is seen in one second that makes it step down or up. Pure.

/** @typedef {0 | 1 | 2 | 3 | 4} Level */
/**
 * @typedef {{
 *   width: number, height: number, framesPerSecond: number,
 *   videoBits: number, audioBits: number, packetMs: 20 | 60,
 *   needsBits: number, climbBits: number, tryBits: number,
 * }} LevelRow `videoBits`, `audioBits`: the most a second; `needsBits`: a path that is thought to carry less is too thin;
 *   `climbBits`: one that is thought to carry less, while the level below is sent, is not worth a try; `tryBits`: so much is sent of
 *   the level below, at the end of its try
 */
/**
 * What was seen since the figures before; null where the browser does not say.
 * @typedef {{
 *   seconds: number,
 *   pathBits: number | null,
 *   sentBits: number | null,
 *   videoBits: number | null,
 *   lost: number | null,
 *   delayMs: number | null,
 *   concealed: number | null,
 * }} Figures `pathBits`: what the path is thought to carry; `sentBits`: what went out; `videoBits`: what of the path the picture gets; `lost`: part of our packets;
 *   `delayMs`: round trip beyond the shortest of this call; `concealed`: part of the sound that had to be made up here
 */
/** @typedef {(figures: Figures, level: Level) => Level} Sign the level it calls for: the same when all is well */
/**
 * @typedef {{ level: Level, badSeconds: number, goodSeconds: number, patienceSeconds: number, climbedSeconds: number, settleSeconds: number }} Ladder
 *   `settleSeconds`: so long what is seen may be of the level before
 */

/** L0 has no picture. Long packets at L1 and L0: on a thin path the headers of short ones cost more than the voice. @type {LevelRow[]} */
export const LEVELS = [
  { width: 0, height: 0, framesPerSecond: 0, videoBits: 0, audioBits: 16_000, packetMs: 60, needsBits: 0, climbBits: 0, tryBits: 0 },
  { width: 160, height: 120, framesPerSecond: 10, videoBits: 40_000, audioBits: 16_000, packetMs: 60, needsBits: 40_000, climbBits: 0, tryBits: 0 },
  { width: 320, height: 240, framesPerSecond: 15, videoBits: 200_000, audioBits: 24_000, packetMs: 20, needsBits: 200_000, climbBits: 85_000, tryBits: 120_000 },
  { width: 480, height: 360, framesPerSecond: 20, videoBits: 350_000, audioBits: 24_000, packetMs: 20, needsBits: 300_000, climbBits: 250_000, tryBits: 290_000 },
  { width: 640, height: 480, framesPerSecond: 24, videoBits: 600_000, audioBits: 32_000, packetMs: 20, needsBits: 480_000, climbBits: 400_000, tryBits: 470_000 },
];
/** @type {Level} */
export const BEST = 4;
/** What is left when somebody saves data. @type {Level} */
export const SAVING = 1;

export const DOWN_SECONDS = 5;
export const UP_SECONDS = 20;
/** The last of them are a try: more and more of the same picture is sent, before there is a larger one. */
export const TRY_SECONDS = 8;
// What waits on the way when larger pictures are given up, and is asked for again, is no reason to give up the smallest as well.
const SETTLE_SECONDS = 5;
// A step up that was too much is tried again ever more seldom.
const PATIENCE_SECONDS = 320;
const FULL_PART = 0.7;
const LOST_PART = 0.12;
const FEW_LOST = 0.03;
const MANY_LOST = 0.25;
const NO_QUEUE_MS = 100;
const DELAY_MS = 250;
// The small picture may cost the voice so much; without it there is nothing left to give up.
const LONG_DELAY_MS = 700;
const CONCEALED_PART = 0.05;
// Without a queue a browser thinks that half as much again would fit; so this close to what is sent is where the path ends.
const ROOM = 1.1;
const TRY_DELAY_MS = 150;
// Less than this part of what it may have: the picture has no use for more, and tells nothing of the path.
const IDLE_PART = 0.7;

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

/** A queue that is full: what comes later is lost. @type {Sign} */
function fullQueue({ delayMs, lost }, level) {
  return delayMs !== null && delayMs > DELAY_MS && lost !== null && lost > LOST_PART ? below(level) : level;
}

/** Lost packets: fewer of them help, longer ones do not. @type {Sign} */
function loss({ lost }, level) {
  return lost !== null && lost > LOST_PART && level > 2 ? below(level) : level;
}

/** Sound with holes in it. @type {Sign} */
function holes({ concealed }, level) {
  return concealed !== null && concealed > CONCEALED_PART ? below(level) : level;
}

/** What tells about the way to the other side. @type {Sign[]} */
export const SENDING = [thinPath, queue, fullQueue, loss];
/** What tells about the way from the other side: it is asked for less. @type {Sign[]} */
export const RECEIVING = [holes];

/** @param {Level} [level] @returns {Ladder} */
export function ladderAt(level = BEST) {
  return { level, badSeconds: 0, goodSeconds: 0, patienceSeconds: UP_SECONDS, climbedSeconds: Infinity, settleSeconds: 0 };
}

/**
 * The ladder after these figures: down when it was one level too high for five seconds, sooner the more it was too high; up one
 * step when it was good for twenty, the last of which were a try.
 * @param {Ladder} ladder @param {Figures} figures @param {Sign[]} signs @returns {Ladder}
 */
export function next(ladder, figures, signs) {
  const { level, patienceSeconds } = ladder;
  const { seconds } = figures;
  const wanted = /** @type {Level} */ (Math.min(...signs.map((sign) => sign(figures, level))));
  const aged = { ...ladder, climbedSeconds: ladder.climbedSeconds + seconds, settleSeconds: Math.max(0, ladder.settleSeconds - seconds) };
  if (wanted < level) {
    const settles = level === 1 && ladder.settleSeconds > 0;
    const badSeconds = settles ? 0 : ladder.badSeconds + (level - wanted) * seconds;
    return badSeconds >= DOWN_SECONDS ? lowered(aged, wanted) : { ...aged, badSeconds, goodSeconds: 0 };
  }
  const goodSeconds = ladder.goodSeconds + seconds;
  const good = { ...aged, badSeconds: 0, goodSeconds };
  if (level === BEST || goodSeconds <= patienceSeconds - TRY_SECONDS) return good;
  if (signs === SENDING && tryPart(ladder) > 0 && fails(figures)) return { ...good, goodSeconds: 0, patienceSeconds: longer(patienceSeconds) };
  if (!worthATry(figures, level)) return { ...good, goodSeconds: patienceSeconds - TRY_SECONDS };
  if (goodSeconds < patienceSeconds) return good;
  if (signs === SENDING && !carries(figures, level)) return { ...good, goodSeconds: 0, patienceSeconds: longer(patienceSeconds) };
  return { ...ladderAt(/** @type {Level} */ (level + 1)), patienceSeconds, climbedSeconds: 0 };
}

/** The ladder where nothing larger may be sent anyway: there is nothing to try. @param {Ladder} ladder @returns {Ladder} */
export function held(ladder) {
  return { ...ladder, goodSeconds: Math.min(ladder.goodSeconds, ladder.patienceSeconds - TRY_SECONDS) };
}

/** How far the try of the next level has come: 0, none, to 1. @param {Ladder} ladder */
export function tryPart({ level, goodSeconds, patienceSeconds }) {
  if (level === 0 || level === BEST) return 0;
  return Math.min(1, Math.max(0, (goodSeconds - patienceSeconds + TRY_SECONDS) / TRY_SECONDS));
}

/** What the picture may have now: that of its level, and in a try more of it. @param {Level} level @param {number} part */
export function pictureAt(level, part) {
  const { width, framesPerSecond, videoBits } = LEVELS[level];
  if (part === 0) return { width, framesPerSecond, videoBits };
  const above = LEVELS[level + 1];
  return { width, framesPerSecond: above.framesPerSecond, videoBits: Math.round(videoBits + part * (above.tryBits - videoBits)) };
}

/** @param {Ladder} ladder @param {Level} level @returns {Ladder} */
function lowered({ climbedSeconds, patienceSeconds }, level) {
  const tooMuch = climbedSeconds < UP_SECONDS;
  return { ...ladderAt(level), patienceSeconds: tooMuch ? longer(patienceSeconds) : UP_SECONDS, settleSeconds: SETTLE_SECONDS };
}

/** @param {number} seconds */
function longer(seconds) {
  return Math.min(PATIENCE_SECONDS, seconds * 2);
}

/** The next level may fit. @param {Figures} figures @param {Level} level */
function worthATry({ pathBits, delayMs }, level) {
  return (pathBits === null || pathBits >= LEVELS[level + 1].climbBits) && (delayMs === null || delayMs <= DELAY_MS);
}

/** More was sent, and the path has no room for it. @param {Figures} figures */
function fails({ pathBits, sentBits, delayMs, lost }) {
  if (delayMs !== null && delayMs > TRY_DELAY_MS) return true;
  return pathBits !== null && sentBits !== null && pathBits < ROOM * sentBits && (lost ?? 0) <= FEW_LOST;
}

/** The try has shown that the next level fits; or could show nothing, where the picture had no use for so much. @param {Figures} figures @param {Level} level */
function carries({ pathBits, sentBits }, level) {
  const above = LEVELS[level + 1];
  if (pathBits === null || level === 0 || pathBits >= above.needsBits) return true;
  return sentBits !== null && sentBits < IDLE_PART * above.tryBits;
}

/** The ladder where a second tells nothing: what was bad before it does not count on. @param {Ladder} ladder @returns {Ladder} */
export function calm(ladder) {
  return { ...ladder, badSeconds: 0 };
}

/** By the verdict of the device check. @type {Record<import("../wire.js").DeviceCheck["verdict"], Level>} */
const BY_VERDICT = { good: BEST, fair: 2, audio_only: SAVING, chat_only: 0 };

/**
 * What is known of the network before a call, for its first seconds.
 * @param {string | undefined} networkKind what the device says of it, "2g" @param {import("../wire.js").DeviceCheck | null} [check] the applicant's last one
 * @returns {Level}
 */
export function firstLevel(networkKind, check = null) {
  const byKind = networkKind === "slow-2g" || networkKind === "2g" ? SAVING : networkKind === "3g" ? 3 : BEST;
  return /** @type {Level} */ (Math.min(byKind, check ? byCheck(check) : BEST));
}

/** @param {import("../wire.js").DeviceCheck} check @returns {Level} */
function byCheck({ verdict, camera, microphone, up_kbps, down_kbps }) {
  if (camera === "found" && microphone === "found") return BY_VERDICT[verdict];
  // A missing device spoils the verdict and says nothing of the network.
  const bits = Math.min(up_kbps ?? Infinity, down_kbps ?? Infinity) * 1000;
  return /** @type {Level} */ (LEVELS.filter(({ needsBits }) => needsBits <= bits).length - 1);
}

/** @param {Level} level @returns {Level} */
function below(level) {
  return /** @type {Level} */ (Math.max(0, level - 1));
}

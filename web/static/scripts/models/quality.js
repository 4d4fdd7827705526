// @ts-check
// The ladder of what one side sends: what is seen each second makes it step down or up. Pure.
import { BEST, LEVELS, below, least } from "./levels.js";
import { DELAY_MS, FEW_LOST, RECEIVING, SENDING } from "./signs.js";

export { BEST, LEVELS, SAVING, least } from "./levels.js";
export { RECEIVING, SENDING } from "./signs.js";

/** @typedef {import("./levels.js").Level} Level */
/** @typedef {import("./signs.js").Figures} Figures */
/** @typedef {import("./signs.js").Sign} Sign */
/**
 * @typedef {{ level: Level, badSeconds: number, goodSeconds: number, patienceSeconds: number, climbedSeconds: number, settleSeconds: number, judgeSeconds: number }} Ladder
 *   `settleSeconds`: so long what is seen may be of the level before; `judgeSeconds`: so long a picture that has rested is judged as
 *   one that has just come
 */

export const DOWN_SECONDS = 5;
// A voice that waits for the smallest picture, or is lost beside it, has waited for larger ones before.
const STARVED_SECONDS = 3;
// Nothing is seen of a path that carries a voice alone: what it bears has to be tried, and is given up in a second.
const ALONE_SECONDS = 10;
const FELL_SECONDS = 2;
export const UP_SECONDS = 20;
/** The last of them are a try: more and more of the same picture is sent, before there is a larger one. */
export const TRY_SECONDS = 8;
// What waits on the way when larger pictures are given up, and is asked for again, is no reason to give up the smallest as well.
const SETTLE_SECONDS = 5;
// The first picture after a rest is a whole one, and a voice waits for it on any thin path; the two seconds after it are judged.
const FIRST_PICTURE_SECONDS = 1;
const JUDGED_SECONDS = 2;
// A step up that was too much is tried again ever more seldom.
const PATIENCE_SECONDS = 320;
// Without a queue a browser thinks that half as much again would fit; so this close to what is sent is where the path ends.
const ROOM = 1.1;
const TRY_DELAY_MS = 150;
// Less than this part of what it may have: the picture has no use for more, and tells nothing of the path.
const IDLE_PART = 0.7;

/** @param {Level} [level] @returns {Ladder} */
export function ladderAt(level = BEST) {
  return { level, badSeconds: 0, goodSeconds: 0, patienceSeconds: UP_SECONDS, climbedSeconds: Infinity, settleSeconds: 0, judgeSeconds: 0 };
}

/**
 * The ladder after these figures: down when it was one level too high for five seconds, sooner the more it was too high; up one
 * step when it was good for twenty, the last of which were a try.
 * @param {Ladder} given @param {Figures} figures @param {Sign[]} signs @returns {Ladder}
 */
export function next(given, figures, signs) {
  const { level } = given;
  const { seconds } = figures;
  const ladder = stood(given, seconds);
  const [settleSeconds, judgeSeconds] = [ladder.settleSeconds, ladder.judgeSeconds].map((left) => Math.max(0, left - seconds));
  const aged = { ...ladder, climbedSeconds: ladder.climbedSeconds + seconds, settleSeconds, judgeSeconds };
  const fell = signs === SENDING && wasTooMuch(aged, ladder.judgeSeconds > 0, figures);
  const wanted = least(...signs.map((sign) => sign(figures, level)), fell ? below(level) : level);
  if (wanted === level) return risen(ladder, aged, figures, signs);
  if (wanted === 0 && ladder.settleSeconds > 0) return { ...aged, badSeconds: 0, goodSeconds: 0 };
  // What is sent here follows what is asked for; what is asked for says nothing of how much too high it is.
  const weight = signs === RECEIVING ? 1 : level - wanted;
  const badSeconds = ladder.badSeconds + weight * seconds;
  return badSeconds >= enough(wanted, fell) ? lowered(fell ? { ...aged, climbedSeconds: 0 } : aged, wanted) : { ...aged, badSeconds, goodSeconds: 0 };
}

/** A step up that has stood makes up for those before it that did not. @param {Ladder} ladder @param {number} seconds @returns {Ladder} */
function stood(ladder, seconds) {
  const { climbedSeconds, patienceSeconds } = ladder;
  const stands = climbedSeconds < UP_SECONDS && climbedSeconds + seconds >= UP_SECONDS && patienceSeconds > UP_SECONDS;
  return stands ? held({ ...ladder, patienceSeconds: UP_SECONDS }) : ladder;
}

/** So many bad seconds lead down. @param {Level} wanted @param {boolean} fell it has just come up */
function enough(wanted, fell) {
  if (fell) return wanted === 0 ? 0 : FELL_SECONDS;
  return wanted === 0 ? STARVED_SECONDS : DOWN_SECONDS;
}

/** The ladder after a good second. @param {Ladder} ladder @param {Ladder} aged @param {Figures} figures @param {Sign[]} signs @returns {Ladder} */
function risen(ladder, aged, figures, signs) {
  const { level, patienceSeconds } = ladder;
  const goodSeconds = ladder.goodSeconds + figures.seconds;
  const good = { ...aged, badSeconds: 0, goodSeconds };
  if (level === BEST || goodSeconds <= patienceSeconds - TRY_SECONDS) return good;
  if (signs === SENDING && tryPart(ladder) > 0 && fails(figures)) return { ...good, goodSeconds: 0, patienceSeconds: longer(patienceSeconds) };
  // What this side can send says nothing of what it can be sent.
  const seen = signs === SENDING ? figures : { ...figures, pathBits: null };
  if (!worthATry(seen, level)) return { ...good, goodSeconds: patienceSeconds - TRY_SECONDS };
  if (goodSeconds < patienceSeconds) return good;
  if (signs === SENDING && !carries(figures, level)) return { ...good, goodSeconds: 0, patienceSeconds: longer(patienceSeconds) };
  return { ...ladderAt(/** @type {Level} */ (level + 1)), patienceSeconds: Math.max(UP_SECONDS, patienceSeconds), climbedSeconds: 0 };
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
  const patience = level === 0 ? ALONE_SECONDS : UP_SECONDS;
  return { ...ladderAt(level), patienceSeconds: tooMuch ? longer(patienceSeconds) : patience, settleSeconds: SETTLE_SECONDS };
}

/** @param {number} seconds */
function longer(seconds) {
  return Math.min(PATIENCE_SECONDS, seconds * 2);
}

/**
 * A larger picture has just come, and the voice waits for it. The smallest one is not even tried before it comes: what a path carries
 * is not seen while a voice alone goes over it. @param {Ladder} ladder @param {boolean} judged @param {Figures} figures
 */
function wasTooMuch({ climbedSeconds }, judged, { delayMs }) {
  return (judged || climbedSeconds <= TRY_SECONDS) && delayMs !== null && delayMs > TRY_DELAY_MS;
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

/** The ladder of a side that is sent less from now on: what comes now is still what was sent before. @param {Ladder} ladder @returns {Ladder} */
export function settling(ladder) {
  return { ...ladder, badSeconds: 0, settleSeconds: SETTLE_SECONDS };
}

/** The ladder of a picture that comes back after a rest, into a line without a queue. @param {Ladder} ladder @returns {Ladder} */
export function rested(ladder) {
  return { ...ladder, badSeconds: 0, settleSeconds: FIRST_PICTURE_SECONDS, judgeSeconds: FIRST_PICTURE_SECONDS + JUDGED_SECONDS };
}

/** The ladder where a second tells nothing: what was bad before it does not count on. @param {Ladder} ladder @returns {Ladder} */
export function calm(ladder) {
  return { ...ladder, badSeconds: 0 };
}

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
 *   lostNow?: number | null,
 *   delayMs: number | null,
 *   concealed: number | null,
 *   levelHere?: Level,
 * }} Figures `pathBits`: what the path is thought to carry; `sentBits`: what went out; `videoBits`: what of the path the picture gets; `lost`: part of our packets, as last reported, which may be seconds ago; `lostNow`: as reported since;
 *   `delayMs`: round trip beyond the shortest of this call, where one was measured lately; `concealed`: part of the sound that had to be made up here;
 *   `levelHere`: what the other side sends in
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
// A step up that was too much is tried again ever more seldom.
const PATIENCE_SECONDS = 320;
const FULL_PART = 0.7;
const LOST_PART = 0.12;
const FEW_LOST = 0.03;
const MANY_LOST = 0.25;
const MOST_LOST = 0.4;
const NO_QUEUE_MS = 100;
const DELAY_MS = 250;
// The small picture may cost the voice so much; without it there is nothing left to give up.
const LONG_DELAY_MS = 280;
const CONCEALED_PART = 0.05;
const MUCH_CONCEALED = 0.25;
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
 * @param {Ladder} given @param {Figures} figures @param {Sign[]} signs @returns {Ladder}
 */
export function next(given, figures, signs) {
  const { level } = given;
  const { seconds } = figures;
  const ladder = stood(given, seconds);
  const aged = { ...ladder, climbedSeconds: ladder.climbedSeconds + seconds, settleSeconds: Math.max(0, ladder.settleSeconds - seconds) };
  const fell = signs === SENDING && wasTooMuch(aged, figures);
  const wanted = least(...signs.map((sign) => sign(figures, level)), fell ? below(level) : level);
  if (wanted === level) return risen(ladder, aged, figures, signs);
  const settles = wanted === 0 && ladder.settleSeconds > 0;
  // What is sent here follows what is asked for; what is asked for says nothing of how much too high it is.
  const weight = signs === RECEIVING ? 1 : level - wanted;
  const badSeconds = settles ? 0 : ladder.badSeconds + weight * seconds;
  return badSeconds >= enough(wanted, fell) ? lowered(aged, wanted) : { ...aged, badSeconds, goodSeconds: 0 };
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
 * is not seen while a voice alone goes over it. @param {Ladder} ladder @param {Figures} figures
 */
function wasTooMuch({ climbedSeconds }, { delayMs }) {
  return climbedSeconds <= TRY_SECONDS && delayMs !== null && delayMs > TRY_DELAY_MS;
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

/** The ladder where a second tells nothing: what was bad before it does not count on. @param {Ladder} ladder @returns {Ladder} */
export function calm(ladder) {
  return { ...ladder, badSeconds: 0 };
}

/** @param {Level} level @returns {Level} */
function below(level) {
  return /** @type {Level} */ (Math.max(0, level - 1));
}

/** @param {...Level} levels @returns {Level} */
export function least(...levels) {
  return /** @type {Level} */ (Math.min(...levels));
}

// @ts-check
// The five levels of what one side sends.

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

/** @param {Level} level @returns {Level} */
export function below(level) {
  return /** @type {Level} */ (Math.max(0, level - 1));
}

/** @param {...Level} levels @returns {Level} */
export function least(...levels) {
  return /** @type {Level} */ (Math.min(...levels));
}

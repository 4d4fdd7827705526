// @ts-check
import { CLOSES } from "../wire.js";

/** @typedef {import("../wire.js").Return} Return */
/** @typedef {{ code: number, reason: string, returns: Return }} CloseShown */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const FLOOD_MS = 60_000;
const FLOODS = 2;

/** What a close code asks of the page. A code that is not ours is the network's: come back. @param {number} code @returns {CloseShown} */
export function meaning(code) {
  const { reason, returns } = CLOSES[code] ?? { reason: "connection lost", returns: "resume" };
  return { code, reason, returns };
}

/** How long to stay away: full jitter, so that pages that were cut together do not come back together. */
export class Backoff {
  #random;
  #attempt = 0;
  #floods = 0;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
  }

  get attempt() {
    return this.#attempt;
  }

  /** The connection has proved good. */
  reset() {
    this.#attempt = 0;
    this.#floods = 0;
  }

  /** Milliseconds until the next try after a close that `returns`, or null to stay away. @param {Return} returns @returns {number | null} */
  delayMs(returns) {
    if (returns === "no" || returns === "reload") return null;
    if (returns === "wait") {
      this.#floods += 1;
      return this.#floods >= FLOODS ? null : FLOOD_MS * (1 + this.#random() / 2);
    }
    const ceilingMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempt);
    const atOnce = returns === "resume_now" && this.#attempt === 0;
    this.#attempt += 1;
    return atOnce ? 0 : this.#random() * ceilingMs;
  }
}

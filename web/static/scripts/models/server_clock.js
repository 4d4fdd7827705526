// @ts-check

const SAMPLE_LASTS_MS = 300_000;

/** @typedef {{ offsetMs: number, roundTripMs: number, at: number }} Sample */

/** The server's time as this page knows it: a phone's own clock may be minutes wrong. */
export class ServerClock {
  #now;
  /** @type {Sample | null} */
  #best = null;

  /** @param {() => number} now this machine's clock in milliseconds */
  constructor(now) {
    this.#now = now;
  }

  get known() {
    return this.#best !== null;
  }

  /** @param {number} serverNow @param {number} sentAt when the question left, on this machine's clock */
  learn(serverNow, sentAt) {
    const at = this.#now();
    const roundTripMs = Math.max(0, at - sentAt);
    const sample = { offsetMs: serverNow + roundTripMs / 2 - at, roundTripMs, at };
    if (!this.#best || this.#betters(sample, this.#best)) this.#best = sample;
  }

  /** Milliseconds since 1970 on the server's clock. */
  now() {
    return Math.round(this.#now() + (this.#best?.offsetMs ?? 0));
  }

  /**
   * The answer that came back fastest tells the time best. Two that cannot both be right mean that this machine's clock was set
   * or slept.
   * @param {Sample} sample @param {Sample} best
   */
  #betters(sample, best) {
    const apart = Math.abs(sample.offsetMs - best.offsetMs);
    const impossible = apart > (sample.roundTripMs + best.roundTripMs) / 2 + 1;
    return impossible || sample.roundTripMs <= best.roundTripMs || sample.at - best.at > SAMPLE_LASTS_MS;
  }
}

// @ts-check

/**
 * What a model needs from the machine to wait. `now` is in milliseconds and never goes back.
 * @typedef {{
 *   now: () => number,
 *   setTimeout: (task: () => void, ms: number) => number,
 *   clearTimeout: (id: number) => void,
 * }} Timers
 */

/** One thing to do later; setting it again replaces what was set. */
export class Alarm {
  #timers;
  /** @type {number | null} */
  #id = null;

  /** @param {Timers} timers */
  constructor(timers) {
    this.#timers = timers;
  }

  get isSet() {
    return this.#id !== null;
  }

  /** @param {number} ms @param {() => void} task */
  set(ms, task) {
    this.clear();
    this.#id = this.#timers.setTimeout(() => {
      this.#id = null;
      task();
    }, ms);
  }

  clear() {
    if (this.#id !== null) this.#timers.clearTimeout(this.#id);
    this.#id = null;
  }
}

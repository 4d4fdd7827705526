// @ts-check
import { Alarm } from "./timers.js";

/** Something to be read for some seconds and then no more. @template T */
export class Passing {
  /** @type {T | null} */
  #value = null;
  #alarm;
  #ms;
  #over;

  /** @param {import("./timers.js").Timers} timers @param {number} ms @param {() => void} over its time is over */
  constructor(timers, ms, over) {
    this.#alarm = new Alarm(timers);
    this.#ms = ms;
    this.#over = over;
  }

  get value() {
    return this.#value;
  }

  /** @param {T} value */
  say(value) {
    this.#value = value;
    this.#alarm.set(this.#ms, () => {
      this.#value = null;
      this.#over();
    });
  }

  stop() {
    this.#value = null;
    this.#alarm.clear();
  }
}

// @ts-check
import { Alarm } from "./timers.js";

const TELL_EVERY_MS = 3_000;
const SHOWN_MS = 6_000;

/** Tells the other side that somebody types here, and shows for a while that they do. */
export class TypingSign {
  #channel;
  #ticket;
  #timers;
  #changed;
  #expiry;
  #toldAt = Number.NEGATIVE_INFINITY;

  /**
   * @param {{
   *   channel: import("./channel.js").Channel,
   *   ticket: string,
   *   timers: import("./timers.js").Timers,
   *   changed: () => void,
   * }} parts
   */
  constructor({ channel, ticket, timers, changed }) {
    this.#channel = channel;
    this.#ticket = ticket;
    this.#timers = timers;
    this.#changed = changed;
    this.#expiry = new Alarm(timers);
  }

  get shown() {
    return this.#expiry.isSet;
  }

  typed() {
    const now = this.#timers.now();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    if (this.#channel.send({ t: "Typing", ticket: this.#ticket })) this.#toldAt = now;
  }

  show() {
    this.#expiry.set(SHOWN_MS, this.#changed);
    this.#changed();
  }

  clear() {
    this.#expiry.clear();
  }
}

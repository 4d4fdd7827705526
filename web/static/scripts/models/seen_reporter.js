// @ts-check
import { Alarm } from "./timers.js";

const EVERY_MS = 2_000;

/** Tells how far this side's screens have received and read, at most once in two seconds and never backwards. */
export class SeenReporter {
  #channel;
  #ticket;
  #rest;
  #delivered = 0;
  #read = 0;
  #told = "";

  /**
   * @param {{
   *   channel: import("./channel.js").Channel,
   *   ticket: string,
   *   timers: import("./timers.js").Timers,
   * }} parts
   */
  constructor({ channel, ticket, timers }) {
    this.#channel = channel;
    this.#ticket = ticket;
    this.#rest = new Alarm(timers);
  }

  /** How far this page has shown it to somebody. */
  get read() {
    return this.#read;
  }

  /** @param {number} seq @param {boolean} read */
  report(seq, read) {
    this.#delivered = Math.max(this.#delivered, seq);
    if (read) this.#read = Math.max(this.#read, seq);
    if (!this.#rest.isSet) this.#tell();
  }

  /** On a new connection: what was told on the old one may be lost. */
  again() {
    this.#told = "";
    if (this.#delivered > 0 && !this.#rest.isSet) this.#tell();
  }

  stop() {
    this.#rest.clear();
  }

  #tell() {
    const now = `${this.#delivered} ${this.#read}`;
    if (now === this.#told) return;
    const frame = /** @type {const} */ ({
      t: "MarkSeen",
      ticket: this.#ticket,
      delivered: this.#delivered,
      read: this.#read,
    });
    if (!this.#channel.send(frame)) return;
    this.#told = now;
    this.#rest.set(EVERY_MS, () => this.#tell());
  }
}

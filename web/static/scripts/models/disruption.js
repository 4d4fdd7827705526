// @ts-check
import { Listeners } from "./listeners.js";
import { Alarm } from "./timers.js";

const PATIENCE_MS = 4_000;

/**
 * Whether the service cannot store anything just now: it says so itself, or has put off what it was sent for some seconds. Mere
 * silence is the network's. While there is no connection nothing is known of it.
 */
export class Disruption {
  #told = false;
  #held = false;
  #before = false;
  /** When the first order was sent that has had no answer in earnest. @type {number | null} */
  #sinceMs = null;
  #timers;
  #patience;
  /** @type {Listeners<boolean>} */
  #changes = new Listeners();

  /** @param {import("./timers.js").Timers} timers */
  constructor(timers) {
    this.#timers = timers;
    this.#patience = new Alarm(timers);
  }

  get lasts() {
    return this.#told || this.#held;
  }

  /** @param {(lasts: boolean) => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** The service says so. @param {boolean} lasts */
  told(lasts) {
    this.#told = lasts;
    this.#tell();
  }

  /** Something was sent and waits for its answer. */
  waits() {
    this.#sinceMs ??= this.#timers.now();
  }

  /** The service has put it off. */
  putOff() {
    if (this.#held || this.#patience.isSet || this.#sinceMs === null) return;
    this.#patience.set(Math.max(0, this.#sinceMs + PATIENCE_MS - this.#timers.now()), () => {
      this.#held = true;
      this.#tell();
    });
  }

  /** The service has answered in earnest, or nothing waits any more. */
  answered() {
    this.#sinceMs = null;
    this.#patience.clear();
    this.#held = false;
    this.#tell();
  }

  /** The connection is gone. */
  cut() {
    this.#told = false;
    this.answered();
  }

  #tell() {
    if (this.lasts === this.#before) return;
    this.#before = this.lasts;
    this.#changes.tell(this.lasts);
  }
}

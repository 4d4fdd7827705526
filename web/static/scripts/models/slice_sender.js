// @ts-check
import { Listeners } from "./listeners.js";
import { Alarm } from "./timers.js";

/** @typedef {import("./recording_parts.js").RecordingTools} RecordingTools */

const AGAIN_MS = [1_000, 2_000, 5_000, 10_000];

/** Brings slices from the spool to the service, one after the other, for as long as it takes; also those of before a reload. */
export class SliceSender {
  #tools;
  #alarm;
  #busy = false;
  #tries = 0;
  #held = 0;
  /** @type {Listeners<number>} */
  #counts = new Listeners();
  /** @type {Listeners<string>} */
  #refusals = new Listeners();

  /** @param {RecordingTools} tools @param {import("./timers.js").Timers} timers */
  constructor(tools, timers) {
    this.#tools = tools;
    this.#alarm = new Alarm(timers);
  }

  get held() {
    return this.#held;
  }

  /** How many slices wait. @param {(count: number) => void} listener */
  onCount(listener) {
    return this.#counts.add(listener);
  }

  /** The service keeps no more of this recording. @param {(recording: string) => void} listener */
  onRefused(listener) {
    return this.#refusals.add(listener);
  }

  /** There may be something to send, or the line is back. */
  wake() {
    this.#alarm.clear();
    if (!this.#busy) void this.#run();
  }

  async #run() {
    this.#busy = true;
    try {
      while (await this.#sendFirst()) this.#tries = 0;
    } catch {
      this.#later();
    } finally {
      this.#busy = false;
    }
  }

  /** @returns {Promise<boolean>} whether to go on at once */
  async #sendFirst() {
    await this.#count();
    const slice = await this.#tools.spool.first();
    if (!slice) return false;
    const answer = await this.#tools.put(slice);
    if (answer === "later") {
      this.#later();
      return false;
    }
    if (answer === "kept") await this.#tools.spool.remove(slice);
    else {
      await this.#tools.spool.drop(slice.recording);
      this.#refusals.tell(slice.recording);
    }
    return true;
  }

  async #count() {
    this.#held = await this.#tools.spool.count();
    this.#counts.tell(this.#held);
  }

  #later() {
    const wait = AGAIN_MS[Math.min(this.#tries, AGAIN_MS.length - 1)];
    this.#tries += 1;
    this.#alarm.set(wait, () => this.wake());
  }
}

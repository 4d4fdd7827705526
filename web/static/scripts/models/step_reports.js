// @ts-check
import { Alarm } from "./timers.js";

/** @typedef {import("./quality_watch.js").Step} Step */
/** @typedef {{ step: Step, level: import("./quality.js").Level }} Report */

const APART_MS = 5_000;

/** Steps on their way into the conversation: never two at once; of those that come too fast the last one counts. */
export class StepReports {
  #alarm;
  #send;
  /** @type {Report | null} */
  #waiting = null;
  /** @type {Step | null} */
  #last = null;

  /** @param {import("./timers.js").Timers} timers @param {(report: Report) => void} send */
  constructor(timers, send) {
    this.#alarm = new Alarm(timers);
    this.#send = send;
  }

  /** @param {Report} report */
  add(report) {
    this.#waiting = report;
    if (!this.#alarm.isSet) this.#go();
  }

  close() {
    this.#alarm.clear();
    this.#waiting = null;
  }

  #go() {
    const report = this.#waiting;
    this.#waiting = null;
    // Back where it was: nothing to tell, except of the ladder, where a second step down is another step.
    if (!report || (report.step === this.#last && report.step.startsWith("saving"))) return;
    this.#last = report.step;
    this.#send(report);
    this.#alarm.set(APART_MS, () => this.#go());
  }
}

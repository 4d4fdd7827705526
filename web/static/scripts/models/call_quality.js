// @ts-check
import { CallChoices } from "./call_choices.js";
import { StepReports } from "./step_reports.js";
import { Usage } from "./usage.js";

/** @typedef {import("./quality_watch.js").QualityWatch} QualityWatch */
/** @typedef {import("./step_reports.js").Report} Report */
/** @typedef {import("./call_parts.js").CallParts} CallParts */
/** @typedef {import("../wire.js").CallShown} CallShown */

/** The quality of one conversation's calls as its page shows it: what the person chose outlives a call. */
export class CallQuality {
  #steps;
  #changed;
  #choices;
  #saving;
  #usage;
  #here;
  /** @type {QualityWatch | null} */
  #watch = null;

  /** @param {CallParts} use @param {() => CallShown | null} here the call this page takes part in @param {() => void} changed */
  constructor({ parts, channel }, here, changed) {
    this.#steps = new StepReports(parts.timers, (report) => {
      const call = here();
      // Not told is not worth a word: the picture goes on.
      if (call) channel.order({ t: "ReportQuality", ticket: call.ticket, call: call.id, ...report }).catch(() => {});
    });
    this.#choices = new CallChoices(channel.notes);
    this.#saving = this.#choices.read().saving ?? parts.savesData();
    this.#usage = new Usage(channel.notes);
    this.#here = here;
    this.#changed = changed;
  }

  /** The person wants sound and a small picture at most. */
  get saving() {
    return this.#saving;
  }

  /** Sent and received by this page in this call, over all legs. */
  get bytes() {
    return this.#usage.of(this.#here()?.id);
  }

  /** One of the legs has sent and received so much more. @param {number} bytes */
  counted(bytes) {
    const call = this.#here();
    if (call) this.#usage.add(call.id, bytes);
  }

  /** The page goes, perhaps to come back. */
  leavesPage() {
    const call = this.#here();
    if (call) this.#usage.keep(call.id);
  }

  /** This side's own picture waits for a better network. */
  get paused() {
    return this.#watch?.level === 0;
  }

  /** @param {boolean} on */
  save(on) {
    this.#saving = on;
    this.#choices.keep({ saving: on });
    this.#watch?.save(on);
    this.#changed();
  }

  /** A call begins, or ends with null. @param {QualityWatch | null} watch */
  watch(watch) {
    this.#watch = watch;
    if (!watch) this.#steps.close();
    else if (this.#saving) watch.save(true);
  }

  /** @param {Report} report */
  stepped(report) {
    this.#steps.add(report);
  }
}

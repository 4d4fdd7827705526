// @ts-check
import { CallChoices } from "./call_choices.js";
import { Usage } from "./usage.js";

/**
 * @typedef {{
 *   notes: import("./call_note.js").Notes,
 *   savesData: boolean,
 *   call: () => string | null,
 *   changed: () => void,
 * }} GuestQualityParts `savesData`: the browser wants it so; `call`: the one this page takes part in
 */

/** What a guest's legs may cost, and did: one wish for both legs, which outlives a reload. */
export class GuestQuality {
  #use;
  #choices;
  #usage;
  #saving;

  /** @param {GuestQualityParts} use */
  constructor(use) {
    this.#use = use;
    this.#choices = new CallChoices(use.notes);
    this.#usage = new Usage(use.notes);
    this.#saving = this.#choices.read().saving ?? use.savesData;
  }

  /** The person wants sound and a small picture at most. */
  get saving() {
    return this.#saving;
  }

  /** Sent and received by this page in this call, over both legs. */
  get bytes() {
    return this.#usage.of(this.#use.call());
  }

  /** @param {boolean} on */
  save(on) {
    this.#saving = on;
    this.#choices.keep({ saving: on });
    this.#use.changed();
  }

  /** @param {number} bytes */
  counted(bytes) {
    const call = this.#use.call();
    if (call !== null) this.#usage.add(call, bytes);
  }

  /** The page goes, perhaps to come back. */
  leavesPage() {
    const call = this.#use.call();
    if (call !== null) this.#usage.keep(call);
  }
}

// @ts-check

/** @typedef {import("./capture.js").Kind} Kind */
/** @typedef {{ muted: boolean, saving: boolean | null, devices: Partial<Record<Kind, string>>, speaker: string, camera: boolean | null }} Chosen `saving`: null where nobody said; `camera`: a guest's own, null likewise; `speaker`: "" where nobody chose one */

const NAME = "choices";
/** @type {Chosen} */
const NOTHING = { muted: false, saving: null, devices: {}, speaker: "", camera: null };

/** What a person chose in a call of this tab, over a reload. Whether a side's camera is on stands with the call itself. */
export class CallChoices {
  #notes;

  /** @param {import("./call_note.js").Notes} notes */
  constructor(notes) {
    this.#notes = notes;
  }

  /** @returns {Chosen} */
  read() {
    return { ...NOTHING, ...JSON.parse(this.#notes.note(NAME) ?? "{}") };
  }

  /** @param {Partial<Chosen>} chosen */
  keep(chosen) {
    const words = JSON.stringify({ ...this.read(), ...chosen });
    if (words !== this.#notes.note(NAME)) this.#notes.setNote(NAME, words);
  }
}

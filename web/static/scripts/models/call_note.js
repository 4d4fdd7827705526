// @ts-check

/** @typedef {import("../wire.js").Media} Media */
/** @typedef {Pick<import("./stream.js").Stream, "note" | "setNote">} Notes */

const NAME = "call";

/** Which call this tab takes part in: a reload takes part again, another tab of the same person does not. */
export class CallNote {
  #notes;

  /** @param {Notes} notes */
  constructor(notes) {
    this.#notes = notes;
  }

  /** @returns {{ id: string, media: Media } | null} */
  read() {
    const [id, media] = this.#notes.note(NAME)?.split(" ") ?? [];
    return id ? { id, media: media === "video" ? "video" : "audio" } : null;
  }

  /** @param {string} id @param {Media} media */
  write(id, media) {
    this.#notes.setNote(NAME, `${id} ${media}`);
  }

  clear() {
    this.#notes.setNote(NAME, null);
  }
}

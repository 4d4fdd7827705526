// @ts-check

const NAME = "used";
// No finer than what is shown, so that a second's count is seldom written down.
const KEEP_BYTES = 50_000;

/** What one call has cost this page over all its legs: it goes on over a reload, and the next call begins with nothing. */
export class Usage {
  #notes;
  #call = "";
  #bytes = 0;
  #kept = 0;

  /** @param {import("./call_note.js").Notes} notes */
  constructor(notes) {
    this.#notes = notes;
    const [call = "", bytes = "0"] = notes.note(NAME)?.split(" ") ?? [];
    this.#call = call;
    this.#bytes = this.#kept = Number(bytes);
  }

  /** Sent and received. @param {string | null | undefined} call */
  of(call) {
    return call === this.#call ? this.#bytes : 0;
  }

  /** @param {string} call @param {number} bytes */
  add(call, bytes) {
    if (call !== this.#call) this.#bytes = this.#kept = 0;
    this.#call = call;
    this.#bytes += bytes;
    if (this.#bytes - this.#kept >= KEEP_BYTES) this.keep(call);
  }

  /** The page may go. @param {string} call */
  keep(call) {
    if (call !== this.#call || this.#bytes === this.#kept) return;
    this.#kept = this.#bytes;
    this.#notes.setNote(NAME, `${call} ${this.#bytes}`);
  }
}

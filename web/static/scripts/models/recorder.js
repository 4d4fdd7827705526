// @ts-check
import { recorded } from "./recorded.js";

/** @typedef {import("./recording_parts.js").RecordingTools} RecordingTools */
/**
 * @typedef {{
 *   recording: import("./recording.js").Recording,
 *   call: import("./call.js").Call,
 *   seat: import("./third_seat.js").ThirdSeat,
 *   notes: import("./stream.js").Stream,
 *   tools: RecordingTools,
 *   sender: import("./slice_sender.js").SliceSender,
 * }} RecorderParts
 */

const BEGUN = "recording";
// Somebody in the call did not, or no longer, agree: what is not with the service yet is thrown away.
const SEALED = new Set(["withdrawn", "people_changed"]);

/** The officer's page that records while everybody agrees: slices, each chained to the one before, into the spool. */
export class Recorder {
  #use;
  /** @type {string | null} */
  #id = null;
  /** @type {import("./recording_parts.js").Capture | null} */
  #capture = null;
  #number = 0;
  /** @type {Promise<ArrayBuffer>} */
  #link = Promise.resolve(new ArrayBuffer(0));
  #stops;

  /** @param {RecorderParts} use */
  constructor(use) {
    this.#use = use;
    this.#stops = [
      use.recording.onChange(() => this.#update()),
      use.sender.onCount((count) => use.recording.hold(count)),
      use.sender.onRefused((id) => id === this.#id && this.#lost()),
    ];
    use.recording.mayAsk = true;
    use.recording.hold(use.sender.held);
  }

  close() {
    for (const stop of this.#stops) stop();
    this.#end("");
  }

  #update() {
    const { recording, notes } = this.#use;
    const { shown } = recording;
    const mine = shown?.stage === "recording" && shown.recorder === notes.id;
    if (mine && this.#id !== shown.id) this.#begin(shown.id, shown.slice_seconds);
    else if (!mine && this.#id) this.#end(shown?.id === this.#id ? (shown.reason ?? "") : "");
  }

  /** @param {string} id @param {number} sliceSeconds */
  #begin(id, sliceSeconds) {
    const { notes, tools } = this.#use;
    this.#id = id;
    // Begun before a reload: a file cannot be gone on with.
    if (notes.note(BEGUN) === id) return this.#lost();
    notes.setNote(BEGUN, id);
    this.#number = 0;
    this.#link = tools.digest(new TextEncoder().encode(id));
    try {
      this.#capture = tools.capture({
        ...recorded(this.#use),
        sliceMs: sliceSeconds * 1000,
        taken: (content, last) => this.#taken(id, content, last),
        failed: () => this.#lost(),
      });
    } catch {
      this.#lost();
    }
  }

  /** @param {string} recording @param {Promise<ArrayBuffer>} given @param {boolean} last */
  #taken(recording, given, last) {
    const { tools, sender } = this.#use;
    const number = this.#number;
    this.#number += 1;
    const before = this.#link;
    this.#link = (async () => {
      const [link, content] = await Promise.all([before, given]);
      const joined = new Uint8Array(link.byteLength + content.byteLength);
      joined.set(new Uint8Array(link));
      joined.set(new Uint8Array(content), link.byteLength);
      const next = await tools.digest(joined);
      await tools.spool.add({ recording, number, link: hex(next), content, last });
      sender.wake();
      return next;
    })();
    this.#link.catch(() => this.#id === recording && this.#lost());
  }

  /** @param {string} reason */
  #end(reason) {
    const id = this.#id;
    this.#id = null;
    if (!SEALED.has(reason)) this.#capture?.stop();
    else {
      this.#capture?.abort();
      if (id) void this.#link.catch(() => null).then(() => this.#use.tools.spool.drop(id)).then(() => this.#use.sender.wake());
    }
    this.#capture = null;
  }

  /** This page cannot record, or no longer. */
  #lost() {
    this.#capture?.abort();
    this.#capture = null;
    // The service may have stopped it already.
    if (this.#use.recording.isOn) this.#use.recording.stop("recorder_lost").catch(() => {});
  }
}

/** @param {ArrayBuffer} bytes */
function hex(bytes) {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

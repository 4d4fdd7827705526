// @ts-check
// Where a message is written. Enter sends where there is a keyboard; a draft outlives a reload.
import { t } from "../text.js";
import { clone, part, show, words } from "./dom.js";
import { photoBar } from "./photo_bar.js";

/** @typedef {import("../models/transcript.js").Transcript} Transcript */

/**
 * @typedef {object} ComposerParts
 * @property {Transcript} transcript
 * @property {string} draftKey
 * @property {Storage} storage of this tab; the draft is removed once sent
 * @property {() => number | null} limit characters a message may have, null while unknown
 * @property {Omit<import("./photo_bar.js").PhotoBarParts, "closed">} [photo] photos of documents can be sent
 * @property {() => boolean} [closed] true once nothing can be written any more
 */

const WARN_BELOW = 200;

/** @param {HTMLElement} place @param {ComposerParts} parts */
export function composerView(place, parts) {
  return new ComposerView(place, parts);
}

class ComposerView {
  #parts;
  #form = clone("composer-template");
  #box;
  #stop;
  #stopPhotos = () => {};

  /** @param {HTMLElement} place @param {ComposerParts} parts */
  constructor(place, parts) {
    this.#parts = parts;
    this.#box = /** @type {HTMLTextAreaElement} */ (part(this.#form, "text"));
    this.#box.value = read(parts.storage, parts.draftKey);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#box.addEventListener("input", () => this.#written());
    this.#box.addEventListener("keydown", (event) => this.#pressed(event));
    place.replaceChildren(this.#form);
    this.#grow();
    this.#stop = parts.transcript.onChange(() => this.#takeRefused());
    this.#takeRefused();
    if (parts.photo) this.#stopPhotos = photoBar(this.#form, { ...parts.photo, closed: parts.closed });
  }

  close() {
    this.#stop();
    this.#stopPhotos();
    this.#form.remove();
  }

  focus() {
    this.#box.focus();
  }

  isEmpty() {
    return this.#box.value.trim() === "";
  }

  /** Puts `text` back for editing, before what stands there. @param {string} text */
  take(text) {
    this.#box.value = this.isEmpty() ? text : `${text}\n${this.#box.value}`;
    this.#written();
    this.#box.focus();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    // On a phone Enter is the only way to a new line; the button sends.
    if (!matchMedia("(hover: hover) and (pointer: fine)").matches) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.#box.value.trim();
    if (text === "" || this.#parts.closed?.()) return this.#box.focus();
    const over = this.#over(text);
    if (over > 0) return this.#refuse(t("composer.too_long", { over }));
    this.#parts.transcript.post(text);
    this.#box.value = "";
    this.#written();
    this.#box.focus();
  }

  #written() {
    if (this.#box.value !== "") this.#parts.transcript.typed();
    this.#refuse("");
    this.#kept();
  }

  #kept() {
    this.#grow();
    this.#countDown();
    write(this.#parts.storage, this.#parts.draftKey, this.#box.value);
  }

  #countDown() {
    const over = this.#over(this.#box.value.trim());
    const left = part(this.#form, "left");
    show(left, over > -WARN_BELOW);
    words(left, over > 0 ? t("composer.over", { over }) : t("composer.left", { left: -over }));
  }

  /** Characters too many; negative: still free. @param {string} text */
  #over(text) {
    const limit = this.#parts.limit();
    return limit === null ? Number.NEGATIVE_INFINITY : [...text].length - limit;
  }

  /** A refused message comes back with its reason, unless something else is being written. */
  #takeRefused() {
    if (!this.isEmpty()) return;
    const refused = this.#parts.transcript.unsent.find((unsent) => unsent.state === "refused");
    if (!refused) return;
    // Taken before it is discarded: discarding tells everybody, this box included.
    this.#box.value = refused.text;
    this.#parts.transcript.discard(refused.id);
    this.#kept();
    this.#refuse(t("composer.refused", { why: t(`error.${refused.code}`, refused.values ?? {}) }));
  }

  /** @param {string} why "" takes the reason away */
  #refuse(why) {
    words(part(this.#form, "why"), why);
    show(part(this.#form, "fault"), why !== "");
    this.#box.setAttribute("aria-invalid", String(why !== ""));
  }

  /** Height by content, for browsers without `field-sizing`. */
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight + 3}px`;
  }
}

/** @param {Storage} storage @param {string} key */
function read(storage, key) {
  try {
    return storage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** @param {Storage} storage @param {string} key @param {string} text */
function write(storage, key, text) {
  try {
    if (text) storage.setItem(key, text);
    else storage.removeItem(key);
  } catch {
    // Storage is full or forbidden: the draft lives in the box alone.
  }
}

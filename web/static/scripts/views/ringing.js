// @ts-check
// Somebody calls: a dialog with three choices. They open after a moment, so a half-typed Enter accepts nothing.
import { t } from "../text.js";
import { counted } from "./counted.js";
import { clone, initial, part, show, words } from "./dom.js";
import { secondsLeft } from "./call_words.js";
import { hideAddress } from "./hide_address.js";
import { say, shout } from "./speaker.js";

/** @typedef {import("../models/call.js").Call} Call */
/**
 * @typedef {object} RingingParts
 * @property {Call} call
 * @property {() => number} now
 * @property {() => string} otherName
 * @property {() => string} subtitle
 * @property {() => string} label
 * @property {import("../models/hidden_address.js").HiddenAddress} [address] an applicant's own
 */

const DEAF_MS = 500;
const SAID_AT_SECONDS = [15, 5];
let count = 0;

/** Opens the dialog; `close` takes it away and gives the focus back. @param {RingingParts} parts */
export function ringingView(parts) {
  return new RingingView(parts);
}

class RingingView {
  #parts;
  #dialog = /** @type {HTMLDialogElement} */ (clone("ringing-template"));
  #answering = false;
  #before = document.activeElement;

  /** @param {RingingParts} parts */
  constructor(parts) {
    this.#parts = parts;
    const dialog = this.#dialog;
    const title = part(dialog, "title");
    title.id = `ringing-title-${++count}`;
    dialog.setAttribute("aria-labelledby", title.id);
    const { call } = parts;
    const choices = /** @type {HTMLButtonElement[]} */ ([]);
    const choose = (/** @type {string} */ name, /** @type {() => Promise<unknown>} */ act) => {
      const button = /** @type {HTMLButtonElement} */ (part(dialog, name));
      button.addEventListener("click", () => void this.#answer(act));
      button.disabled = true;
      choices.push(button);
    };
    choose("video", () => call.accept("video"));
    choose("audio", () => call.accept("audio"));
    choose("decline", () => call.decline());
    // Esc closes the top layer only; a person who calls is not declined by it.
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.preventDefault());
    hideAddress(part(dialog, "hide"), parts.address);
    this.update();
    document.body.append(dialog);
    dialog.showModal();
    setTimeout(() => choices.forEach((button) => (button.disabled = false)), DEAF_MS);
    title.focus();
    shout(title.textContent ?? "");
  }

  update() {
    const { call, now, otherName, subtitle, label } = this.#parts;
    const name = otherName();
    words(part(this.#dialog, "title"), t("call.rings", { name }));
    words(part(this.#dialog, "face"), initial(name));
    words(part(this.#dialog, "label"), label());
    const kind = t(call.shown?.media === "audio" ? "call.audio_call" : "call.video_call");
    words(part(this.#dialog, "subtitle"), [kind, subtitle()].filter(Boolean).join(", "));
    words(part(this.#dialog, "promise"), t("call.camera_still_off"));
    const left = secondsLeft(call, now());
    const told = left === null ? "" : counted("call.seconds_left", left);
    if (left !== null && SAID_AT_SECONDS.includes(left) && told !== part(this.#dialog, "left").textContent) say(told);
    words(part(this.#dialog, "left"), told);
  }

  close() {
    this.#dialog.close();
    this.#dialog.remove();
    if (this.#before instanceof HTMLElement && this.#before.isConnected) this.#before.focus();
  }

  /** @param {() => Promise<unknown>} act */
  async #answer(act) {
    if (this.#answering) return;
    this.#answering = true;
    this.#dialog.setAttribute("aria-busy", "true");
    try {
      await act();
    } catch (fault) {
      const fields = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (fault);
      const line = part(this.#dialog, "fault");
      words(line, t(`error.${fields.code ?? "busy"}`, fields.values ?? {}));
      show(line, true);
      this.#answering = false;
      this.#dialog.removeAttribute("aria-busy");
    }
  }
}

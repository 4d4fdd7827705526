// @ts-check
// A call's settings: saving data and what was used, and which camera, microphone and speaker.
import { t } from "../text.js";
import { el, partsIn, show, words } from "./dom.js";
import { SoundOut } from "./sound_out.js";

/** @typedef {import("../models/capture.js").Device} Device */
/**
 * A call as one of its two sides has it, or a guest.
 * @typedef {{
 *   here: boolean,
 *   quality: { saving: boolean, bytes: number, save: (on: boolean) => void },
 *   devices: Pick<import("../models/capture.js").Capture, "devices" | "deviceOf" | "choose"> | null,
 *   choices: import("./sound_out.js").Choices,
 * }} InCall
 */

const NUMBERS = new Intl.NumberFormat(document.documentElement.lang || "id", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const PICKS = /** @type {const} */ ([
  ["audio", "mic", "call.microphone"],
  ["video", "camera", "call.camera"],
]);

/** Megabytes as people buy them. @param {number} bytes */
export function megabytes(bytes) {
  return t("call.used", { size: NUMBERS.format(bytes / 1e6) });
}

/** @param {HTMLElement} root the stage @param {InCall} call @param {HTMLVideoElement[]} heard play the others' sound */
export function settingsView(root, call, heard) {
  return new SettingsView(root, call, heard);
}

class SettingsView {
  #root;
  #part;
  #call;
  #sound;
  /** The microphone in use: with the first one the browser tells of speakers. */
  #microphone = "";
  #changed = () => void this.#list();

  /** @param {HTMLElement} root @param {InCall} call @param {HTMLVideoElement[]} heard */
  constructor(root, call, heard) {
    this.#root = root;
    this.#part = partsIn(root);
    this.#call = call;
    this.#sound = new SoundOut(heard, call.choices);
    this.#part("settingsbutton").addEventListener("click", () => this.#open(!this.#isOpen));
    this.#part("settings").addEventListener("keydown", (event) => this.#key(event));
    this.#save.addEventListener("change", () => call.quality.save(this.#save.checked));
    for (const [kind, name] of PICKS) {
      const pick = this.#pick(name);
      pick.addEventListener("change", () => void call.devices?.choose(kind, pick.value).then(this.#changed));
    }
    const speaker = this.#pick("speaker");
    speaker.addEventListener("change", () => void this.#sound.choose(speaker.value).then(this.#changed));
    navigator.mediaDevices?.addEventListener("devicechange", this.#changed);
  }

  close() {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#changed);
    this.#sound.close();
  }

  /** The focus goes back to where they were opened. */
  shut() {
    this.#open(false);
    this.#part("settingsbutton").focus();
  }

  update() {
    show(this.#part("settingsbutton"), this.#call.here);
    if (!this.#call.here) this.#open(false);
    this.#save.checked = this.#call.quality.saving;
    this.#count();
    const microphone = this.#call.devices?.deviceOf("audio") ?? "";
    if (microphone !== this.#microphone) void this.#sound.follow().then(this.#changed);
    else void this.#sound.tune();
    this.#microphone = microphone;
  }

  get #isOpen() {
    return !this.#part("settings").hidden;
  }

  get #save() {
    return /** @type {HTMLInputElement} */ (this.#part("save"));
  }

  /** @param {string} name */
  #pick(name) {
    return /** @type {HTMLSelectElement} */ (this.#part(`${name}pick`));
  }

  /** @param {boolean} on */
  #open(on) {
    show(this.#part("settings"), on);
    this.#root.toggleAttribute("data-settings", on);
    this.#part("settingsbutton").setAttribute("aria-expanded", String(on));
    if (on) this.#count();
    if (on) void this.#list();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.shut();
  }

  #count() {
    words(this.#part("used"), megabytes(this.#call.quality.bytes));
  }

  async #list() {
    const { devices } = this.#call;
    if (!this.#isOpen || !devices) return;
    for (const [kind, name, key] of PICKS) this.#fill(name, await devices.devices(kind), devices.deviceOf(kind), t(key));
    this.#fill("speaker", await this.#sound.list(), this.#sound.id, t("call.speaker"));
  }

  /** @param {string} name @param {Device[]} devices @param {string} used @param {string} kind */
  #fill(name, devices, used, kind) {
    const options = devices.map((device, index) => {
      const shown = device.name || t("call.device", { kind, number: index + 1 });
      return el("option", { value: device.id, selected: device.id === used }, shown);
    });
    this.#pick(name).replaceChildren(...options);
    show(this.#part(`${name}field`), devices.length > 0);
  }
}

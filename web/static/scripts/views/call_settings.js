// @ts-check
// A call's settings: saving data and what was used, and which camera, microphone and speaker.
import { t } from "../text.js";
import { el, partsIn, show, words } from "./dom.js";

/** @typedef {import("../models/call.js").Call} Call */
/** @typedef {import("../models/capture.js").Device} Device */

const NUMBERS = new Intl.NumberFormat(document.documentElement.lang || "id", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const PICKS = /** @type {const} */ ([
  ["audio", "mic", "call.microphone"],
  ["video", "camera", "call.camera"],
]);

/** Megabytes as people buy them. @param {number} bytes */
export function megabytes(bytes) {
  return t("call.used", { size: NUMBERS.format(bytes / 1e6) });
}

/** @param {HTMLElement} root the stage @param {Call} call @param {HTMLVideoElement} remote plays the other side's sound */
export function settingsView(root, call, remote) {
  return new SettingsView(root, call, remote);
}

class SettingsView {
  #root;
  #part;
  #call;
  #remote;
  #changed = () => void this.#list();

  /** @param {HTMLElement} root @param {Call} call @param {HTMLVideoElement} remote */
  constructor(root, call, remote) {
    this.#root = root;
    this.#part = partsIn(root);
    this.#call = call;
    this.#remote = remote;
    this.#part("settingsbutton").addEventListener("click", () => this.#open(!this.#isOpen));
    this.#part("settings").addEventListener("keydown", (event) => this.#key(event));
    this.#save.addEventListener("change", () => call.quality.save(this.#save.checked));
    for (const [kind, name] of PICKS) {
      const pick = this.#pick(name);
      pick.addEventListener("change", () => void call.devices?.choose(kind, pick.value).then(this.#changed));
    }
    this.#pick("speaker").addEventListener("change", () => void this.#speak());
    navigator.mediaDevices?.addEventListener("devicechange", this.#changed);
  }

  close() {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#changed);
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
    words(this.#part("used"), megabytes(this.#call.quality.bytes));
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
    if (on) void this.#list();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.shut();
  }

  async #list() {
    const { devices } = this.#call;
    if (!this.#isOpen || !devices) return;
    for (const [kind, name, key] of PICKS) this.#fill(name, await devices.devices(kind), devices.deviceOf(kind), t(key));
    const speakers = "setSinkId" in this.#remote ? await speakersHere() : [];
    this.#fill("speaker", speakers, this.#remote.sinkId || "default", t("call.speaker"));
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

  async #speak() {
    try {
      await this.#remote.setSinkId(this.#pick("speaker").value);
    } catch {
      // Unplugged meanwhile: what is heard stays where it was, and the list says so.
    }
    await this.#list();
  }
}

/** @returns {Promise<Device[]>} */
async function speakersHere() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all.filter(({ kind, deviceId }) => kind === "audiooutput" && deviceId !== "").map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

// @ts-check
// A guest's call: officer and applicant in tiles of the same size, three controls, and the settings of every call.
import { t } from "../text.js";
import { settingsView } from "./call_settings.js";
import { clone, partsIn, setIcon, show, words } from "./dom.js";
import { officerName } from "./event_words.js";
import { recordingView } from "./recording.js";
import { Pins, attach, play, tileView } from "./tiles.js";
import { deviceTrouble, showTrouble } from "./trouble.js";

/** @typedef {import("../models/guest.js").GuestModel} GuestModel */
/** @typedef {import("../wire.js").PersonSide} PersonSide */

/** @type {["first" | "second", PersonSide][]} */
const TILES = ([["first", "applicant"], ["second", "officer"]]);

/** @param {HTMLElement} place @param {GuestModel} guest */
export function guestStage(place, guest) {
  const view = new GuestStage(place, guest);
  view.update();
  return view;
}

class GuestStage {
  #guest;
  #root = clone("guest-stage-template");
  #part = partsIn(this.#root);
  #pins = new Pins(this.#root);
  #tiles = TILES.map(([name, side]) => ({ side, view: tileView(this.#root, name) }));
  #blocked = false;
  #recording;
  #settings;

  /** @param {HTMLElement} place @param {GuestModel} guest */
  constructor(place, guest) {
    this.#guest = guest;
    const self = /** @type {HTMLVideoElement} */ (this.#part("self"));
    self.muted = true;
    this.#press("mic", () => guest.mute(guest.local.audio));
    this.#press("camera", () => void guest.camera(!guest.local.video));
    this.#press("leave", () => void guest.leave().catch(() => {}));
    this.#press("retry", () => this.#retry());
    this.#settings = settingsView(this.#root, guest, this.#tiles.map(({ view }) => view.video));
    this.#recording = guest.recording && recordingView(this.#root, guest.recording, (who) => this.#nameOf(who));
    place.replaceChildren(this.#root);
  }

  get title() {
    return this.#part("title");
  }

  close() {
    for (const { view } of this.#tiles) view.close();
    this.#recording?.close();
    this.#settings.close();
    /** @type {HTMLVideoElement} */ (this.#part("self")).srcObject = null;
    this.#root.remove();
  }

  update() {
    const guest = this.#guest;
    const names = this.#tiles.map(({ side }) => this.#nameOf(side));
    this.#pins.update(2, names);
    this.#showShare(names);
    this.#tiles.forEach(({ side, view }, index) => {
      const shown = { name: names[index], remote: guest.remote(side), state: guest.state(side), noPath: guest.noPath(side) };
      view.update(shown, (blocked) => blocked && this.#hear(true));
    });
    this.#showCodes(names);
    const { audio, video, stream } = guest.local;
    attach(/** @type {HTMLVideoElement} */ (this.#part("self")), stream, () => {});
    show(this.#part("self"), video);
    this.#control("mic", audio, "mic", audio ? "call.mute" : "call.unmute");
    this.#control("camera", video, "video", video ? "call.camera_off" : "call.camera_on");
    this.#settings.update();
    showTrouble(this.#part, this.#blocked ? { words: t("call.sound_blocked"), retry: "sound" } : deviceTrouble(guest.local, false));
  }

  #retry() {
    if (!this.#blocked) void this.#guest.askForDevices();
    else for (const { view } of this.#tiles) play(view.video, (blocked) => this.#hear(blocked));
  }

  /** The digits to read aloud, with each of the two. @param {string[]} names */
  #showCodes(names) {
    const codes = TILES.map(([, side]) => this.#guest.code(side));
    const wrong = TILES.findIndex(([, side]) => this.#guest.codeIsWrong(side));
    TILES.forEach(([name], index) => {
      words(this.#part(`${name}code`), codes[index] && t("third.code", { name: names[index], code: codes[index] }));
      show(this.#part(`${name}code`), codes[index] !== "");
    });
    show(this.#part("codes"), codes.some((code) => code !== ""));
    show(this.#part("codewrong"), wrong >= 0);
    words(this.#part("codewrongwords"), t("third.code_wrong", { name: names[wrong] ?? "" }));
  }

  /** @param {string} side */
  #nameOf(side) {
    return side === "officer" ? officerName(this.#guest.nameOf(side)) : this.#guest.nameOf(/** @type {PersonSide} */ (side));
  }

  /** @param {string[]} names */
  #showShare(names) {
    const index = TILES.findIndex(([, side]) => this.#guest.state(side) === "connected" && this.#guest.remote(side)?.screen);
    show(this.#part("othershares"), index >= 0);
    words(this.#part("othersharesword"), t("call.screen.other", { name: names[index] ?? "" }));
    this.#pins.prefer(index >= 0 ? TILES[index][0] : null);
  }

  /** @param {boolean} blocked */
  #hear(blocked) {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.update();
  }

  /** @param {"mic" | "camera"} name @param {boolean} on @param {string} drawing @param {string} key */
  #control(name, on, drawing, key) {
    const button = this.#part(name);
    button.classList.toggle("off", !on);
    setIcon(button, on ? drawing : `${drawing}-off`);
    words(this.#part(`${name}word`), t(key));
  }

  /** @param {string} name @param {() => void} act */
  #press(name, act) {
    this.#part(name).addEventListener("click", act);
  }
}

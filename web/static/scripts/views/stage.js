// @ts-check
// The stage of a call that goes on: both pictures, what is the matter, four controls whose words say what they will do.
import { t } from "../text.js";
import { settingsView } from "./call_settings.js";
import { clone, initial, part, setIcon, show, words } from "./dom.js";
import { recordingView } from "./recording.js";
import { noPictureWords, stateWords, troubleOf } from "./call_words.js";
import { Pins, attach, play, tellWhy, tileView } from "./tiles.js";
import { showTrouble } from "./trouble.js";

/** @typedef {import("../models/call.js").Call} Call */
/** @typedef {"full" | "strip"} Shape */
/**
 * @typedef {object} StageParts
 * @property {Call} call
 * @property {import("../models/third_seat.js").ThirdSeat} seat
 * @property {() => number} now
 * @property {() => string} otherName
 * @property {() => number} unread
 * @property {import("../models/recording.js").Recording} recording
 * @property {(() => void) | null} chat what "Obrolan" does; null: the chat is in sight anyway
 */

/** @param {HTMLElement} place @param {StageParts} parts */
export function stageView(place, parts) {
  return new StageView(place, parts);
}

class StageView {
  #parts;
  #root = clone("stage-template");
  #remote = /** @type {HTMLVideoElement} */ (part(this.#root, "remote"));
  #self = /** @type {HTMLVideoElement} */ (part(this.#root, "self"));
  #soundBlocked = false;
  #hangingUp = false;
  #settings;
  #pins = new Pins(this.#root);
  #guest = tileView(this.#root, "second");
  #recording;

  /** @param {HTMLElement} place @param {StageParts} parts */
  constructor(place, parts) {
    this.#parts = parts;
    const { call } = parts;
    this.#self.muted = true;
    this.#press("mic", () => call.mute(call.local.audio));
    this.#press("camera", () => void call.camera(!call.local.video));
    this.#press("screen", () => void call.screen.share(!call.local.screen));
    this.#press("chat", () => this.#parts.chat?.());
    this.#press("hangup", () => this.#hangUp());
    this.#press("retry", () => this.#retry());
    this.#settings = settingsView(this.#root, call, [this.#remote, this.#guest.video]);
    const nameOf = (/** @type {string} */ who) => (who === "guest" ? (parts.seat.guest?.name ?? "") : parts.otherName());
    this.#recording = recordingView(this.#root, parts.recording, nameOf, () => this.#settings.shut());
    place.replaceChildren(this.#root);
  }

  close() {
    this.#settings.close();
    this.#guest.close();
    this.#recording.close();
    this.#remote.srcObject = null;
    this.#self.srcObject = null;
    this.#root.remove();
  }

  /** The heading, for the focus after accepting. */
  get title() {
    return part(this.#root, "title");
  }

  /** @param {Shape} shape */
  update(shape) {
    const { call, now, otherName } = this.#parts;
    const name = otherName();
    this.#root.dataset.shape = shape;
    this.#root.setAttribute("aria-label", t("call.stage", { name }));
    words(part(this.#root, "title"), name);
    words(part(this.#root, "face"), initial(name));
    const state = stateWords(call, now());
    words(part(this.#root, "state"), state);
    show(part(this.#root, "statechip"), state !== "");
    part(this.#root, "statechip").classList.toggle("broken", call.stage === "reconnecting");
    setIcon(part(this.#root, "stateicon"), call.stage === "ringing" ? "phone" : call.stage === "reconnecting" ? "broken-link" : "clock");
    // Among two people it must be said beside the one it is.
    const muted = call.stage === "connected" && !call.remote.audio;
    show(part(this.#root, "othermuted"), muted && this.#parts.seat.remote === null);
    show(part(this.#root, "firstmuted"), muted);
    show(part(this.#root, "code"), call.stage === "connected" && call.code !== "");
    for (const name of ["selfhidden", "hiddenwords"]) show(part(this.#root, name), call.here && call.shown?.hidden === true);
    words(part(this.#root, "codedigits"), t("call.code", { code: call.code }));
    this.#showShares(name);
    show(part(this.#root, "codewrong"), call.stage === "connected" && call.codeIsWrong);
    this.#showPictures(name);
    this.#showTrouble();
    this.#showControls(shape);
    this.#settings.update();
  }

  /** Whose screen is in sight, if anybody's. @param {string} name */
  #showShares(name) {
    const { call, seat } = this.#parts;
    const theirs = call.stage === "connected" && call.remote.screen;
    const guests = seat.remote?.screen === true;
    show(part(this.#root, "othershares"), theirs || guests);
    words(part(this.#root, "othersharesword"), t("call.screen.other", { name: theirs ? name : (seat.guest?.name ?? "") }));
    show(part(this.#root, "selfshares"), call.local.screen === true);
    this.#root.toggleAttribute("data-shares", call.local.screen === true);
    this.#pins.prefer(theirs ? "first" : guests ? "second" : null);
  }

  /** @param {string} name */
  #showPictures(name) {
    const { call } = this.#parts;
    const sees = call.stage === "connected" || call.stage === "reconnecting";
    const picture = sees && call.remote.video && call.remote.stream !== null;
    attach(this.#remote, call.remote.stream, (blocked) => this.#hear(blocked));
    this.#showGuest(name);
    // Hidden, not taken away: the same element plays the sound.
    show(this.#remote, picture);
    show(part(this.#root, "nopicture"), !picture);
    words(part(this.#root, "why"), noPictureWords(call, name, false));
    const alone = this.#parts.seat.remote === null;
    tellWhy(this.#root, "first", picture || alone ? "" : noPictureWords(call, name, true));
    attach(this.#self, call.local.stream, () => {});
    show(this.#self, (call.local.video || call.local.screen === true) && call.local.stream !== null);
  }

  /** A third person's tile beside the other side's. @param {string} name */
  #showGuest(name) {
    const { seat } = this.#parts;
    const { guest, remote, state, noPath } = seat;
    const who = guest?.name ?? "";
    this.#pins.update(remote ? 2 : 1, [name, who]);
    show(part(this.#root, "secondtile"), remote !== null);
    this.#guest.update({ name: who, remote, state, noPath }, (blocked) => blocked && this.#hear(true));
    show(part(this.#root, "guestcode"), seat.code !== "");
    words(part(this.#root, "guestcode"), t("third.code", { name: who, code: seat.code }));
    show(part(this.#root, "guestcodewrong"), seat.codeIsWrong);
    words(part(this.#root, "guestcodewrongwords"), t("third.code_wrong", { name: who }));
  }

  /** @param {boolean} blocked */
  #hear(blocked) {
    this.#soundBlocked = blocked;
    this.#showTrouble();
  }

  #showTrouble() {
    showTrouble((name) => part(this.#root, name), troubleOf(this.#parts.call, this.#soundBlocked));
  }

  #retry() {
    const { call } = this.#parts;
    const what = part(this.#root, "retry").dataset.retry;
    if (what === "camera" || what === "mic") void call.askForDevices();
    else if (what === "join") void call.join();
    else if (what === "sound") for (const video of [this.#remote, this.#guest.video]) play(video, (blocked) => this.#hear(blocked));
  }

  /** @param {Shape} shape */
  #showControls(shape) {
    const { call, unread, chat } = this.#parts;
    const { audio, video, screen = false } = call.local;
    const taking = call.here || call.stage === "ringing";
    this.#control("mic", audio, "mic", audio ? "call.mute" : "call.unmute");
    this.#control("camera", video, "video", video ? "call.camera_off" : "call.camera_on");
    show(part(this.#root, "mic"), taking);
    // The screen is sent in the camera's place.
    show(part(this.#root, "camera"), taking && !screen);
    show(part(this.#root, "screen"), screen || call.screen.can);
    words(part(this.#root, "screenword"), t(screen ? "call.screen.stop" : "call.screen.share"));
    part(this.#root, "screen").classList.toggle("off", screen);
    show(part(this.#root, "chat"), chat !== null);
    words(part(this.#root, "chatword"), t(shape === "full" ? "call.chat" : "call.picture"));
    setIcon(part(this.#root, "chat"), shape === "full" ? "chat" : "video");
    const news = shape === "full" ? unread() : 0;
    words(part(this.#root, "unreadcount"), news);
    show(part(this.#root, "unread"), news > 0);
  }

  /** @param {string} name @param {boolean} on @param {string} drawing @param {string} key */
  #control(name, on, drawing, key) {
    const button = part(this.#root, name);
    button.classList.toggle("off", !on);
    setIcon(button, on ? drawing : `${drawing}-off`);
    words(part(button, `${name}word`), t(key));
  }

  #hangUp() {
    if (this.#hangingUp) return;
    this.#hangingUp = true;
    this.#parts.call.hangUp().catch(() => (this.#hangingUp = false));
  }

  /** @param {string} name @param {() => void} act */
  #press(name, act) {
    part(this.#root, name).addEventListener("click", act);
  }
}

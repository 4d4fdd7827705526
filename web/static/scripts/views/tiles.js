// @ts-check
// Two other people in a call: tiles of the same size, either of which can be pinned.
import { t } from "../text.js";
import { initial, part, show, words } from "./dom.js";
import { say } from "./speaker.js";

/** @typedef {import("../models/remote.js").RemoteShown} RemoteShown */
/** @typedef {{ name: string, remote: RemoteShown | null, state: RTCPeerConnectionState, noPath: boolean }} TileShown */

const NAMES = /** @type {const} */ (["first", "second"]);

/** The tile parts of a stage: `<name>tile`, `<name>name`, `<name>pin`. @param {HTMLElement} root */
export class Pins {
  #root;
  /** @type {typeof NAMES[number] | null} */
  #pinned = null;
  /** A shared screen's, larger unless another one is pinned. @type {typeof NAMES[number] | null} */
  #preferred = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    for (const name of NAMES) part(root, `${name}pin`).addEventListener("click", () => this.#pin(name));
  }

  /** @param {number} seats people in sight besides this one @param {string[]} names */
  update(seats, names) {
    this.#root.dataset.seats = String(seats);
    if (seats < 2) this.#pinned = null;
    NAMES.forEach((name, index) => {
      words(part(this.#root, `${name}name`), names[index] ?? "");
      show(part(this.#root, `${name}bar`), seats > 1);
    });
    this.#mark();
  }

  /** @param {typeof NAMES[number] | null} name whose tile is larger while nobody pins one */
  prefer(name) {
    this.#preferred = name;
    this.#mark();
  }

  /** @param {typeof NAMES[number]} name */
  #pin(name) {
    this.#pinned = this.#pinned === name ? null : name;
    this.#mark();
  }

  #mark() {
    const larger = this.#pinned ?? this.#preferred;
    this.#root.toggleAttribute("data-pins", larger !== null);
    for (const name of NAMES) {
      const on = this.#pinned === name;
      part(this.#root, `${name}tile`).toggleAttribute("data-pinned", larger === name);
      part(this.#root, `${name}pin`).setAttribute("aria-pressed", String(on));
      part(this.#root, `${name}pin`).classList.toggle("on", on);
    }
  }
}

/** One person's tile, whose parts begin with `name`. @param {HTMLElement} root @param {string} name */
export function tileView(root, name) {
  const video = /** @type {HTMLVideoElement} */ (part(root, `${name}video`));
  let said = "";
  return {
    video,
    /** @param {TileShown} shown @param {(blocked: boolean) => void} heard */
    update({ name: who, remote, state, noPath }, heard) {
      const picture = remote !== null && remote.video && remote.stream !== null && state === "connected";
      // Hidden, not taken away: the same element plays the sound.
      show(video, picture);
      show(part(root, `${name}none`), !picture);
      words(part(root, `${name}face`), initial(who));
      show(part(root, `${name}muted`), remote !== null && !remote.audio && state === "connected");
      tellWhy(root, name, picture ? "" : whyNot(remote, state, noPath));
      const gone = noPath ? t("third.no_path", { name: who }) : "";
      if (gone && gone !== said) say(gone);
      said = gone;
      attach(video, remote?.stream ?? null, heard);
    },
    close() {
      video.srcObject = null;
    },
  };
}

/** Why there is no picture, below the name. @param {HTMLElement} root @param {string} name @param {string} why */
export function tellWhy(root, name, why) {
  words(part(root, `${name}why`), why);
  show(part(root, `${name}why`), why !== "");
}

/** As short as a low tile needs. @param {RemoteShown | null} remote @param {RTCPeerConnectionState} state @param {boolean} noPath */
function whyNot(remote, state, noPath) {
  if (noPath) return t("call.tile.no_path");
  if (state !== "connected" || remote === null) return t("call.connecting");
  return t(remote.paused ? "call.tile.paused" : "call.tile.no_picture");
}

/** @param {HTMLMediaElement} video @param {MediaStream | null} stream @param {(blocked: boolean) => void} heard */
export function attach(video, stream, heard) {
  if (video.srcObject === stream) return;
  video.srcObject = stream;
  if (stream) play(video, heard);
}

/** @param {HTMLMediaElement} video @param {(blocked: boolean) => void} heard */
export function play(video, heard) {
  video.play().then(
    () => heard(false),
    (fault) => heard(fault instanceof DOMException && fault.name === "NotAllowedError"),
  );
}

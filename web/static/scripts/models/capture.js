// @ts-check
import { askFor, reasonOf } from "./device_asking.js";

/** @typedef {"audio" | "video"} Kind */
/** @typedef {"denied" | "missing" | "busy" | "failed"} Reason */
/** @typedef {{ audio?: Reason, video?: Reason }} Problem */
/** @typedef {Pick<import("./call_parts.js").BrowserParts, "getUserMedia" | "newStream" | "devices">} CaptureParts */
/** @typedef {{ id: string, name: string }} Device `name` is "" where the browser does not tell it */

/** This side's microphone and camera: whatever of them can be had. */
export class Capture {
  /** Why a device that was asked for is not there. @type {Problem} */
  problem = {};
  #parts;
  #changed;
  #stream;
  #muted = false;
  #wantsCamera = false;
  /** @type {Partial<Record<Kind, string>>} */
  #chosen = {};
  #open = true;
  /** The browser has been asked and has not answered yet. @type {Set<Kind>} */
  #asked = new Set();
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  #tracks = { audio: null, video: null };

  /** @param {CaptureParts} parts @param {(kind: Kind) => void} changed a track came, went, or was muted */
  constructor(parts, changed) {
    this.#parts = parts;
    this.#changed = changed;
    this.#stream = parts.newStream();
  }

  get muted() {
    return this.#muted;
  }

  /** The devices the person chose. */
  get chosen() {
    return { ...this.#chosen };
  }

  /** What was chosen before a reload; to be called before `start`. @param {{ muted: boolean, devices: Partial<Record<Kind, string>> }} before */
  restore({ muted, devices }) {
    this.#muted = muted;
    this.#chosen = { ...devices };
  }

  /** For showing this side to itself. */
  get stream() {
    return this.#stream;
  }

  /** @param {Kind} kind */
  track(kind) {
    return this.#tracks[kind];
  }

  /** Something is really being sent. @param {Kind} kind */
  sends(kind) {
    return this.#tracks[kind] !== null && !(kind === "audio" && this.#muted);
  }

  /** Asks for microphone and perhaps camera, and is content with less. @param {boolean} video */
  async start(video) {
    this.#wantsCamera = video;
    if (!video) await this.#take(["audio"]);
    else if (!(await this.#take(["audio", "video"]))) await this.#takeLess();
    this.#changed("audio");
  }

  /** Asks once more for what could not be had. */
  async again() {
    const kinds = /** @type {Kind[]} */ (Object.keys(this.problem));
    if (kinds.includes("video")) this.#wantsCamera = true;
    if (kinds.length > 0 && !(await this.#take(kinds)) && kinds.length > 1) await this.#takeLess();
    this.#changed("audio");
  }

  /** @param {boolean} on */
  mute(on) {
    this.#muted = on;
    if (this.#tracks.audio) this.#tracks.audio.enabled = !on;
    this.#changed("audio");
    // Whoever turns on a microphone that is not there asks for it.
    if (!on && !this.#tracks.audio && !this.#asked.has("audio")) void this.#take(["audio"]).then(() => this.#changed("audio"));
  }

  /** Off lets the camera go, so that its light goes out. @param {boolean} on */
  async camera(on) {
    this.#wantsCamera = on;
    if (!on) this.#drop("video");
    else if (!this.#tracks.video) await this.#take(["video"]);
    this.#changed("video");
  }

  /** What there is to choose from. @param {Kind} kind @returns {Promise<Device[]>} */
  async devices(kind) {
    const wanted = kind === "audio" ? "audioinput" : "videoinput";
    const all = await this.#parts.devices();
    return all.filter(({ kind: is, deviceId }) => is === wanted && deviceId !== "").map(({ deviceId, label }) => ({ id: deviceId, name: label }));
  }

  /** The one in use, or "". @param {Kind} kind */
  deviceOf(kind) {
    return this.#tracks[kind]?.getSettings().deviceId ?? "";
  }

  /** Goes on with another microphone or camera. @param {Kind} kind @param {string} id */
  async choose(kind, id) {
    this.#chosen[kind] = id;
    if (kind === "video") this.#wantsCamera = true;
    // Many phones open one camera at a time. Who watches sees the last picture until the new one comes.
    this.#tracks[kind]?.stop();
    if (await this.#take([kind])) return;
    delete this.#chosen[kind];
    this.#drop(kind);
  }

  /** Lets everything go for good. */
  close() {
    this.#open = false;
    this.#drop("audio");
    this.#drop("video");
  }

  async #takeLess() {
    const heard = await this.#take(["audio"]);
    // A person who said no to both is not asked a third time.
    if (!heard && this.problem.audio !== "denied") await this.#take(["video"]);
  }

  /** @param {Kind[]} kinds @returns {Promise<boolean>} */
  async #take(kinds) {
    for (const kind of kinds) this.#asked.add(kind);
    try {
      const got = await askFor(this.#parts.getUserMedia, kinds, this.#chosen);
      for (const track of got.getTracks()) this.#put(/** @type {Kind} */ (track.kind), track);
      for (const kind of kinds) delete this.problem[kind];
      return true;
    } catch (fault) {
      for (const kind of kinds) this.problem[kind] = reasonOf(fault);
      return false;
    } finally {
      for (const kind of kinds) this.#asked.delete(kind);
    }
  }

  /** @param {Kind} kind @param {MediaStreamTrack} track */
  #put(kind, track) {
    // The person may have hung up, or turned the camera off, before answering the browser's question.
    if (!this.#open || (kind === "video" && !this.#wantsCamera)) {
      track.stop();
      return;
    }
    this.#release(kind);
    this.#tracks[kind] = track;
    this.#stream.addTrack(track);
    if (kind === "audio") track.enabled = !this.#muted;
    track.addEventListener("ended", () => {
      if (this.#tracks[kind] !== track) return;
      this.problem[kind] = "missing";
      this.#drop(kind);
    });
    this.#changed(kind);
  }

  /** @param {Kind} kind */
  #drop(kind) {
    if (this.#release(kind)) this.#changed(kind);
  }

  /** @param {Kind} kind @returns {boolean} whether there was one */
  #release(kind) {
    const track = this.#tracks[kind];
    if (!track) return false;
    this.#tracks[kind] = null;
    this.#stream.removeTrack(track);
    track.stop();
    return true;
  }
}

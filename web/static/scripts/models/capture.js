// @ts-check
import { askFor, listed, reasonOf } from "./device_asking.js";
import { Interruption } from "./interruption.js";
import { Passing } from "./passing.js";

/** @typedef {"audio" | "video"} Kind */
/** @typedef {"denied" | "missing" | "busy" | "failed" | "interrupted"} Reason `interrupted`: it is there and gives nothing, because a telephone call or another application has it */
/** @typedef {{ audio?: Reason, video?: Reason }} Problem */
/** @typedef {Pick<import("./call_parts.js").BrowserParts, "getUserMedia" | "newStream" | "devices" | "timers" | "onReturn" | "onDevicesChange">} CaptureParts */
/** @typedef {{ id: string, name: string }} Device `name` is "" where the browser does not tell it */
/** @typedef {{ kind: Kind, name: string }} Replaced another device came by itself in the place of one that went */

const KINDS = /** @type {const} */ (["audio", "video"]);
// Long enough to read which device it is now.
const SAID_MS = 8_000;

/**
 * This side's microphone and camera: whatever of them can be had. One that is pulled out is replaced where there is another; one
 * that a telephone call took is taken again when the browser gives it back, or when somebody looks at the page again.
 */
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
  /** The device of each kind that was last in use. @type {Partial<Record<Kind, string>>} */
  #used = {};
  #cut;
  /** @type {Passing<Replaced>} */
  #replaced;
  #stops;

  /** @param {CaptureParts} parts @param {(kind: Kind) => void} changed a track came, went, was muted, or gives nothing just now */
  constructor(parts, changed) {
    this.#parts = parts;
    this.#changed = changed;
    this.#stream = parts.newStream();
    this.#replaced = new Passing(parts.timers, SAID_MS, () => changed("audio"));
    const cut = (/** @type {Kind} */ kind) => new Interruption(parts.timers, (on) => this.#cutOff(kind, on));
    this.#cut = { audio: cut("audio"), video: cut("video") };
    this.#stops = [parts.onReturn(() => this.#takeBack()), parts.onDevicesChange(() => this.#takeBack())];
  }

  /** What people see of it. */
  get shown() {
    const { problem } = this;
    return { stream: this.#stream, audio: this.sends("audio"), video: this.sends("video"), problem, replaced: this.#replaced.value };
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
    return this.#tracks[kind] !== null && !this.#cut[kind].is && !(kind === "audio" && this.#muted);
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
    if (!on && !this.sends("audio") && !this.#asked.has("audio")) void this.#take(["audio"]).then(() => this.#changed("audio"));
  }

  /** Off lets the camera go, so that its light goes out. @param {boolean} on */
  async camera(on) {
    this.#wantsCamera = on;
    if (!on) this.#drop("video");
    else if (!this.sends("video")) await this.#take(["video"]);
    this.#changed("video");
  }

  /** What there is to choose from. @param {Kind} kind @returns {Promise<Device[]>} */
  async devices(kind) {
    return listed(await this.#parts.devices(), kind === "audio" ? "audioinput" : "videoinput");
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
    for (const stop of this.#stops) stop();
    this.#replaced.stop();
    this.#drop("audio");
    this.#drop("video");
  }

  /** The browser mutes a track that is there, or says that it gives something again. @param {Kind} kind @param {boolean} on */
  #cutOff(kind, on) {
    if (on) this.problem[kind] = "interrupted";
    else delete this.problem[kind];
    this.#changed(kind);
    // After a telephone call it may be dead all the same (WebKit 208516).
    if (!on) void this.#back(kind);
  }

  /** It ends though nobody here ended it: pulled out, taken away, or no longer allowed. @param {Kind} kind */
  #ended(kind) {
    this.#drop(kind);
    void this.#back(kind);
  }

  /** What went or never came may be there now. Who said no is not asked again unless they want to. */
  #takeBack() {
    for (const kind of KINDS) if ((this.problem[kind] ?? "denied") !== "denied") void this.#back(kind);
  }

  /** Takes the same device again, or another one where it is gone. @param {Kind} kind */
  async #back(kind) {
    if (this.#asked.has(kind) || (kind === "video" && !this.#wantsCamera)) return;
    const before = this.#used[kind];
    const got = await this.#take([kind]);
    if (!this.#open) return;
    // Not had anew, and the old one works by its browser's word.
    if (!got && this.#tracks[kind] && !this.#cut[kind].is) delete this.problem[kind];
    if (got && this.#tracks[kind] && this.#used[kind] !== before) this.#replaced.say({ kind, name: this.#tracks[kind].label });
    this.#changed(kind);
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
      for (const kind of kinds) this.#settle(kind);
      return true;
    } catch (fault) {
      for (const kind of kinds) this.problem[kind] = reasonOf(fault);
      return false;
    } finally {
      for (const kind of kinds) this.#asked.delete(kind);
    }
  }

  /** What was asked for is there; but a telephone call may go on. @param {Kind} kind */
  #settle(kind) {
    if (this.#cut[kind].is) this.problem[kind] = "interrupted";
    else delete this.problem[kind];
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
    this.#used[kind] = this.deviceOf(kind);
    this.#stream.addTrack(track);
    if (kind === "audio") track.enabled = !this.#muted;
    track.addEventListener("ended", () => this.#tracks[kind] === track && this.#ended(kind));
    this.#cut[kind].watch(track);
    this.#changed(kind);
  }

  /** @param {Kind} kind */
  #drop(kind) {
    this.#cut[kind].watch(null);
    if (this.problem[kind] === "interrupted") delete this.problem[kind];
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

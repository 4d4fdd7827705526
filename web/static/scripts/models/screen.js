// @ts-check
import { Passing } from "./passing.js";

/** @typedef {"denied" | "failed" | null} ScreenProblem */
/**
 * @typedef {{
 *   parts: Pick<import("./call_parts.js").BrowserParts, "getDisplayMedia" | "newStream" | "timers">,
 *   voice: () => MediaStreamTrack | null,
 *   plug: () => void,
 *   changed: () => void,
 *   told: (on: boolean) => void,
 * }} ScreenParts `voice`: this side's microphone; `plug`: the track came or went; `changed`: there is something to say, or no longer;
 *   `told`: it begins, or ended before the call did
 */

// Long enough to read "the screen is not shared".
const SAID_MS = 8_000;

/** @type {WeakSet<MediaStreamTrack>} */
const screens = new WeakSet();

/** Whether a track shows a screen, which is sent otherwise than a camera. @param {MediaStreamTrack | null} track */
export function isScreen(track) {
  return track !== null && screens.has(track);
}

/** This side's screen while it is shared in a call, in the camera's place. Ends with the call, or when the browser or the person says so. */
export class Screen {
  #use;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #stream;
  #asking = false;
  #closed = false;
  /** @type {Passing<ScreenProblem>} */
  #problem;

  /** @param {ScreenParts} use */
  constructor(use) {
    this.#use = use;
    this.#stream = use.parts.newStream();
    this.#problem = new Passing(use.parts.timers, SAID_MS, () => use.changed());
  }

  get track() {
    return this.#track;
  }

  /** The screen with this side's voice, as others get it; null while it is not shared. */
  get stream() {
    return this.#track && this.#stream;
  }

  /** Why it is not shared, for some seconds. */
  get problem() {
    return this.#problem.value;
  }

  /** To be called inside the person's tap; the browser asks which screen, window or tab. */
  async share() {
    const { getDisplayMedia } = this.#use.parts;
    if (!getDisplayMedia || this.#track || this.#asking) return;
    this.#asking = true;
    this.#say(null);
    try {
      this.#put(await getDisplayMedia());
    } catch (fault) {
      this.#say(fault instanceof DOMException && fault.name === "NotAllowedError" ? "denied" : "failed");
    } finally {
      this.#asking = false;
    }
  }

  stop() {
    if (!this.#release()) return;
    this.#use.plug();
    this.#use.told(false);
  }

  /** The microphone is another. */
  hear() {
    const voice = this.#use.voice();
    for (const old of this.#stream.getAudioTracks()) if (old !== voice) this.#stream.removeTrack(old);
    if (voice) this.#stream.addTrack(voice);
  }

  /** The call is over for this page. */
  close() {
    this.#closed = true;
    this.#problem.stop();
    this.#release();
  }

  /** @param {MediaStream} got */
  #put(got) {
    const [track] = got.getVideoTracks();
    // The person may have hung up before answering the browser's question.
    if (this.#closed || !track) {
      for (const each of got.getTracks()) each.stop();
      return;
    }
    screens.add(track);
    // Letters matter more than motion (W3C mst-content-hint).
    track.contentHint = "detail";
    track.addEventListener("ended", () => track === this.#track && this.stop());
    this.#track = track;
    this.#stream.addTrack(track);
    this.hear();
    this.#use.plug();
    this.#use.told(true);
  }

  /** @returns {boolean} whether it was shared */
  #release() {
    const track = this.#track;
    if (!track) return false;
    this.#track = null;
    this.#stream.removeTrack(track);
    track.stop();
    return true;
  }

  /** @param {ScreenProblem} problem */
  #say(problem) {
    if (this.#closed) return;
    if (problem) this.#problem.say(problem);
    else this.#problem.stop();
    this.#use.changed();
  }
}

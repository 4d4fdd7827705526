// @ts-check
import { Alarm } from "./timers.js";

// A browser mutes a track for a moment also when it changes hands between pages.
const SETTLE_MS = 1_000;

/**
 * Whether a microphone or camera that is there gives nothing: a telephone call or another application has it, or the system keeps
 * it shut. The browser says so by muting the track (W3C mediacapture-main 4.3.1), which is not the person's own mute.
 */
export class Interruption {
  #alarm;
  #told;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #is = false;

  /** @param {import("./timers.js").Timers} timers @param {(on: boolean) => void} told it began, or the browser says that it is over */
  constructor(timers, told) {
    this.#alarm = new Alarm(timers);
    this.#told = told;
  }

  get is() {
    return this.#is;
  }

  /** From now on it is about this track. @param {MediaStreamTrack | null} track */
  watch(track) {
    this.#alarm.clear();
    this.#track = track;
    if (!track?.muted) this.#is = false;
    for (const name of ["mute", "unmute"]) track?.addEventListener(name, () => track === this.#track && this.#look());
    if (track?.muted) this.#look();
  }

  #look() {
    if (!this.#track?.muted) {
      this.#alarm.clear();
      if (this.#is) this.#tell(false);
    } else if (!this.#is && !this.#alarm.isSet) {
      this.#alarm.set(SETTLE_MS, () => this.#track?.muted && this.#tell(true));
    }
  }

  /** @param {boolean} on */
  #tell(on) {
    this.#is = on;
    this.#told(on);
  }
}

// @ts-check

/** @typedef {{ stream: MediaStream | null, audio: boolean, video: boolean, paused: boolean, screen: boolean }} RemoteShown `paused`: no picture on a weak network; `screen`: the picture is their screen */

/** What comes from one other person: the tracks that arrive, and what they say of their microphone and camera. */
export class Remote {
  #stream;
  #theirs = { audio: true, video: true, paused: false, screen: false };
  #isAway = false;

  /** @param {() => MediaStream} newStream */
  constructor(newStream) {
    this.#stream = newStream();
  }

  /** @returns {RemoteShown} */
  get shown() {
    return { stream: this.#stream, ...this.#theirs };
  }

  /** Their page has gone, perhaps to come back. */
  get isAway() {
    return this.#isAway;
  }

  /** Something should arrive. */
  get expected() {
    return !this.#isAway && (this.#theirs.audio || this.#theirs.video);
  }

  /** Before they have said anything. @param {boolean} pictures @param {boolean} sounds */
  begin(pictures, sounds) {
    this.#theirs = { audio: sounds, video: pictures && sounds, paused: false, screen: false };
  }

  /** @param {Pick<import("../wire.js").MediaStateTold, "audio" | "video" | "level" | "away" | "screen">} told */
  heard({ audio, video, level = 4, away = false, screen = false }) {
    this.#isAway = away;
    this.#theirs = { audio, video: video && level > 0, paused: video && level === 0, screen };
  }

  /** @param {MediaStreamTrack} track */
  received(track) {
    for (const old of this.#stream.getTracks()) {
      if (old.kind === track.kind) this.#stream.removeTrack(old);
    }
    this.#stream.addTrack(track);
  }

  clear() {
    this.#isAway = false;
    for (const track of this.#stream.getTracks()) this.#stream.removeTrack(track);
  }
}

import { Time } from "./time.js";

const sound = new AudioContext();

/** A live track as a browser would give for this device; its browser may mute it. */
function trackOf(kind, id, muted) {
  const track = kind === "audio" ? sound.createMediaStreamDestination().stream.getAudioTracks()[0] : drawn();
  Object.defineProperty(track, "muted", { get: () => muted });
  track.getSettings = () => ({ deviceId: id });
  track.device = id;
  Object.defineProperty(track, "label", { value: `The ${id}` });
  track.browserMutes = (on) => {
    muted = on;
    track.dispatchEvent(new Event(on ? "mute" : "unmute"));
  };
  return track;
}

function drawn() {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 8, 8);
  return canvas.captureStream(5).getVideoTracks()[0];
}

/** Pretended microphones and cameras by their ids, which can be unplugged, refused, or taken by a telephone call. */
export class Devices {
  time = new Time();
  /** Names of faults by kind. */
  refuses = {};
  asked = [];
  /** What is given gives nothing yet. */
  startsMuted = false;
  given = [];
  #listeners = { change: new Set(), return: new Set() };

  constructor({ audio = [], video = [] }) {
    this.ids = { audio, video };
  }

  get parts() {
    const listen = (name) => (listener) => {
      this.#listeners[name].add(listener);
      return () => this.#listeners[name].delete(listener);
    };
    return {
      timers: this.time,
      newStream: () => new MediaStream(),
      devices: async () => ["audio", "video"].flatMap((kind) => this.ids[kind].map((deviceId) => ({ kind: `${kind}input`, deviceId, label: `The ${deviceId}` }))),
      getUserMedia: async (wishes) => this.#give(wishes),
      onDevicesChange: listen("change"),
      onReturn: listen("return"),
    };
  }

  get listened() {
    return this.#listeners.change.size + this.#listeners.return.size;
  }

  /** The last track of this kind that was given. */
  last(kind) {
    return this.given.filter((track) => track.kind === kind).at(-1);
  }

  /** Pulls it out: what it gave ends. */
  unplug(id) {
    for (const kind of ["audio", "video"]) this.ids[kind] = this.ids[kind].filter((other) => other !== id);
    const [track] = this.given.filter(({ device, readyState }) => device === id && readyState === "live").slice(-1);
    track?.stop();
    track?.dispatchEvent(new Event("ended"));
    this.#tell("change");
  }

  plug(kind, id) {
    this.ids[kind].push(id);
    this.#tell("change");
  }

  /** Somebody looks at the page again. */
  isSeenAgain() {
    this.#tell("return");
  }

  #tell(name) {
    for (const listener of [...this.#listeners[name]]) listener();
  }

  #give(wishes) {
    this.asked.push(wishes);
    const kinds = Object.keys(wishes);
    for (const kind of kinds) if (this.refuses[kind]) throw new DOMException("refused", this.refuses[kind]);
    const ids = kinds.map((kind) => this.#pick(kind, wishes[kind].deviceId?.exact));
    const tracks = kinds.map((kind, index) => trackOf(kind, ids[index], this.startsMuted));
    this.given.push(...tracks);
    return new MediaStream(tracks);
  }

  #pick(kind, exact) {
    if (exact !== undefined && !this.ids[kind].includes(exact)) throw new DOMException("unplugged", "OverconstrainedError");
    const id = exact ?? this.ids[kind][0];
    if (id === undefined) throw new DOMException("none", "NotFoundError");
    return id;
  }
}

// @ts-check

/** @typedef {"audio" | "video"} Kind */
/** @typedef {"denied" | "missing" | "busy" | "failed"} Reason */
/** @typedef {{ audio?: Reason, video?: Reason }} Problem */
/** @typedef {Pick<import("./call_parts.js").BrowserParts, "getUserMedia" | "newStream">} CaptureParts */

/** @type {Record<Kind, MediaTrackConstraints>} */
const WISHES = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 }, facingMode: "user" },
};

/** @type {Record<string, Reason>} */
const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** This side's microphone and camera: whatever of them can be had. */
export class Capture {
  /** Why a device that was asked for is not there. @type {Problem} */
  problem = {};
  #parts;
  #changed;
  #stream;
  #muted = false;
  #wantsCamera = false;
  #open = true;
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  #tracks = { audio: null, video: null };

  /** @param {CaptureParts} parts @param {(kind: Kind) => void} changed a track came, went, or was muted */
  constructor(parts, changed) {
    this.#parts = parts;
    this.#changed = changed;
    this.#stream = parts.newStream();
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

  /** @param {boolean} on */
  mute(on) {
    this.#muted = on;
    if (this.#tracks.audio) this.#tracks.audio.enabled = !on;
    this.#changed("audio");
  }

  /** Off lets the camera go, so that its light goes out. @param {boolean} on */
  async camera(on) {
    this.#wantsCamera = on;
    if (!on) this.#drop("video");
    else if (!this.#tracks.video) await this.#take(["video"]);
    this.#changed("video");
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
    /** @type {MediaStreamConstraints} */
    const wishes = Object.fromEntries(kinds.map((kind) => [kind, WISHES[kind]]));
    try {
      const got = await this.#parts.getUserMedia(wishes);
      for (const track of got.getTracks()) this.#put(/** @type {Kind} */ (track.kind), track);
      for (const kind of kinds) delete this.problem[kind];
      return true;
    } catch (fault) {
      const name = fault instanceof Error || fault instanceof DOMException ? fault.name : "";
      for (const kind of kinds) this.problem[kind] = REASONS[name] ?? "failed";
      return false;
    }
  }

  /** @param {Kind} kind @param {MediaStreamTrack} track */
  #put(kind, track) {
    // The person may have hung up, or turned the camera off, before answering the browser's question.
    if (!this.#open || (kind === "video" && !this.#wantsCamera)) {
      track.stop();
      return;
    }
    this.#drop(kind);
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
    const track = this.#tracks[kind];
    if (!track) return;
    this.#tracks[kind] = null;
    this.#stream.removeTrack(track);
    track.stop();
    this.#changed(kind);
  }
}

// @ts-check
// What recording needs of this browser: both pictures and the mixed sound as one stream, a spool that outlives a reload, and the way to the service.
import { slicePlace } from "./recording_spool.js";

/** @typedef {import("./models/recording_parts.js").CaptureParts} CaptureParts */
/** @typedef {import("./models/recording_parts.js").Slice} Slice */
/** @typedef {import("./models/timers.js").Timers} Timers */

const TYPE = "video/webm;codecs=vp8,opus";
const TILE_WIDTH = 480;
const TILE_HEIGHT = 360;
const FRAME_MS = 100;
const VIDEO_BITS = 400_000;
const AUDIO_BITS = 32_000;
const PUT_MS = 30_000;
// The service may keep this slice later: busy, too fast, signed out for a moment, an earlier one still on its way.
const LATER = new Set([0, 401, 408, 429, 500, 502, 503, 504]);

/** @param {string} csrf @param {Timers} timers @returns {import("./models/recording_parts.js").RecordingTools} */
export function recordingTools(csrf, timers) {
  return {
    capture: (parts) => new Capture(parts, timers),
    spool: slicePlace(),
    put: (slice) => put(slice, csrf),
    digest: (content) => crypto.subtle.digest("SHA-256", content),
  };
}

/** @param {Slice} slice @param {string} csrf @returns {Promise<"kept" | "later" | "never">} */
async function put({ recording, number, link, content, last }, csrf) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(`/recordings/${recording}/slices/${number}`, {
      method: "PUT",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/octet-stream",
        "X-Consult-CSRF": csrf,
        "X-Consult-Link": link,
        ...(last ? { "X-Consult-Last": "1" } : {}),
      },
      body: content,
      redirect: "manual",
      signal: AbortSignal.timeout(PUT_MS),
    });
  } catch {
    return "later";
  }
  if (answer.ok) return "kept";
  if (LATER.has(answer.status)) return "later";
  const told = await answer.json().catch(() => ({}));
  return told.code === "out_of_order" ? "later" : "never";
}

/** The pictures side by side and the voices together, in slices, until it is stopped. */
class Capture {
  #parts;
  #timers;
  #canvas = document.createElement("canvas");
  #picture;
  #audio = new AudioContext();
  #sound;
  #recorder;
  /** @type {Map<MediaStream, HTMLVideoElement>} */
  #videos = new Map();
  /** @type {Map<string, MediaStreamAudioSourceNode>} by track */
  #voices = new Map();
  /** @type {number | undefined} */
  #drawing;
  #aborted = false;

  /** @param {CaptureParts} parts @param {Timers} timers */
  constructor(parts, timers) {
    this.#parts = parts;
    this.#timers = timers;
    this.#canvas.width = 2 * TILE_WIDTH;
    this.#canvas.height = TILE_HEIGHT;
    this.#picture = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d", { alpha: false }));
    this.#sound = this.#audio.createMediaStreamDestination();
    // Both tracks stay the same when those of the call are changed: a recorder cannot bear another.
    const stream = new MediaStream([...this.#canvas.captureStream(1000 / FRAME_MS).getVideoTracks(), ...this.#sound.stream.getAudioTracks()]);
    this.#recorder = new MediaRecorder(stream, { mimeType: TYPE, videoBitsPerSecond: VIDEO_BITS, audioBitsPerSecond: AUDIO_BITS });
    this.#recorder.addEventListener("dataavailable", ({ data }) => {
      if (!this.#aborted) parts.taken(data.arrayBuffer(), this.#recorder.state === "inactive");
    });
    this.#recorder.addEventListener("error", () => parts.failed());
    void this.#audio.resume().catch(() => undefined);
    this.#draw();
    this.#recorder.start(parts.sliceMs);
  }

  stop() {
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    this.#timers.clearTimeout(this.#drawing ?? 0);
    for (const track of this.#recorder.stream.getTracks()) track.stop();
    for (const video of this.#videos.values()) video.srcObject = null;
    void this.#audio.close().catch(() => undefined);
  }

  abort() {
    this.#aborted = true;
    this.stop();
  }

  #draw() {
    const streams = this.#parts.sources();
    this.#mix(streams);
    const count = Math.max(2, streams.length);
    if (this.#canvas.width !== count * TILE_WIDTH) this.#canvas.width = count * TILE_WIDTH;
    this.#picture.fillStyle = "#0a2a30";
    this.#picture.fillRect(0, 0, this.#canvas.width, TILE_HEIGHT);
    streams.forEach((stream, place) => this.#tile(stream, place));
    this.#drawing = this.#timers.setTimeout(() => this.#draw(), FRAME_MS);
  }

  /** Whole, never cropped; a picture that is off stays dark. @param {MediaStream} stream @param {number} place */
  #tile(stream, place) {
    const video = this.#video(stream);
    const shown = stream.getVideoTracks().some((track) => track.readyState === "live" && track.enabled && !track.muted);
    if (!shown || video.videoWidth === 0) return;
    const scale = Math.min(TILE_WIDTH / video.videoWidth, TILE_HEIGHT / video.videoHeight);
    const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
    this.#picture.drawImage(video, (place + 0.5) * TILE_WIDTH - width / 2, (TILE_HEIGHT - height) / 2, width, height);
  }

  /** @param {MediaStream} stream */
  #video(stream) {
    const known = this.#videos.get(stream);
    if (known) return known;
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    video.play().catch(() => undefined);
    this.#videos.set(stream, video);
    return video;
  }

  /** Connects voices that came and lets go of those that went. @param {MediaStream[]} streams */
  #mix(streams) {
    const tracks = streams.flatMap((stream) => stream.getAudioTracks());
    for (const [id, voice] of this.#voices) {
      if (tracks.some((track) => track.id === id)) continue;
      voice.disconnect();
      this.#voices.delete(id);
    }
    for (const track of tracks) {
      if (this.#voices.has(track.id)) continue;
      const voice = this.#audio.createMediaStreamSource(new MediaStream([track]));
      voice.connect(this.#sound);
      this.#voices.set(track.id, voice);
    }
  }
}

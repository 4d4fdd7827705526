// @ts-check
// A call as one picture and one voice, for whoever records it.

/** @typedef {import("./models/timers.js").Timers} Timers */

const TILE_WIDTH = 480;
const TILE_HEIGHT = 360;
export const FRAME_MS = 100;

/** The pictures side by side and the voices together, until it is closed. Its two tracks stay the same when those of the call change. */
export class MixedCall {
  stream;
  #sources;
  #timers;
  #canvas = document.createElement("canvas");
  #picture;
  #audio = new AudioContext();
  #sound;
  /** @type {Map<MediaStream, HTMLVideoElement>} */
  #videos = new Map();
  /** @type {Map<string, MediaStreamAudioSourceNode>} by track */
  #voices = new Map();
  /** @type {number | undefined} */
  #drawing;

  /** @param {import("./models/recording_parts.js").Recorded} recorded @param {Timers} timers */
  constructor({ seats, sources }, timers) {
    this.#sources = sources;
    this.#timers = timers;
    this.#canvas.width = seats * TILE_WIDTH;
    this.#canvas.height = TILE_HEIGHT;
    this.#picture = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d", { alpha: false }));
    this.#sound = this.#audio.createMediaStreamDestination();
    this.stream = new MediaStream([...this.#canvas.captureStream(1000 / FRAME_MS).getVideoTracks(), ...this.#sound.stream.getAudioTracks()]);
    void this.#audio.resume().catch(() => undefined);
    this.#draw();
  }

  close() {
    this.#timers.clearTimeout(this.#drawing ?? 0);
    for (const track of this.stream.getTracks()) track.stop();
    for (const video of this.#videos.values()) video.srcObject = null;
    void this.#audio.close().catch(() => undefined);
  }

  #draw() {
    const streams = this.#sources();
    this.#mix(streams);
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

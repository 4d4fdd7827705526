// @ts-check
// What recording needs of this browser: both pictures and the mixed sound as one stream, a spool that outlives a reload, and the way to the service.
import { MixedCall } from "./mixed_call.js";
import { slicePlace } from "./recording_spool.js";

/** @typedef {import("./models/recording_parts.js").CaptureParts} CaptureParts */
/** @typedef {import("./models/recording_parts.js").Slice} Slice */
/** @typedef {import("./models/timers.js").Timers} Timers */

const TYPE = "video/webm;codecs=vp8,opus";
const VIDEO_BITS = 400_000;
const AUDIO_BITS = 32_000;
const PUT_MS = 30_000;
// The service may keep this slice later: busy, too fast, signed out for a moment, an earlier one still on its way.
const LATER = new Set([0, 401, 408, 429, 500, 502, 503, 504]);

/** @param {string} csrf @param {Timers} timers @returns {import("./models/recording_parts.js").RecordingTools} */
export function recordingTools(csrf, timers) {
  return {
    capture: (parts) => new Capture(parts, timers),
    mix: (recorded) => new MixedCall(recorded, timers),
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

/** The call in slices, until it is stopped. */
class Capture {
  #mixed;
  #recorder;
  #aborted = false;

  /** @param {CaptureParts} parts @param {Timers} timers */
  constructor(parts, timers) {
    this.#mixed = new MixedCall(parts, timers);
    this.#recorder = new MediaRecorder(this.#mixed.stream, { mimeType: TYPE, videoBitsPerSecond: VIDEO_BITS, audioBitsPerSecond: AUDIO_BITS });
    this.#recorder.addEventListener("dataavailable", ({ data }) => {
      if (!this.#aborted) parts.taken(data.arrayBuffer(), this.#recorder.state === "inactive");
    });
    this.#recorder.addEventListener("error", () => parts.failed());
    this.#recorder.start(parts.sliceMs);
  }

  stop() {
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    this.#mixed.close();
  }

  abort() {
    this.#aborted = true;
    this.stop();
  }
}

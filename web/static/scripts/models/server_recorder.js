// @ts-check
import { wired } from "./candidates.js";
import { recorded } from "./recorded.js";

/** @typedef {import("./call_parts.js").BrowserParts} BrowserParts */
/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/**
 * @typedef {{
 *   recording: import("./recording.js").Recording,
 *   call: import("./call.js").Call,
 *   seat: import("./third_seat.js").ThirdSeat,
 *   channel: import("./channel.js").Channel,
 *   ticket: string,
 *   parts: BrowserParts,
 *   mix: import("./recording_parts.js").RecordingTools["mix"],
 * }} ServerRecorderParts
 */

const VIDEO_BITS = 400_000;
const AUDIO_BITS = 32_000;
const CONNECT_MS = 8_000;
// Each try gets more time than the one before: a busy recorder may only be slow. All are over within a minute.
const LONGER_MS = 4_000;
const PAUSE_MS = 1_000;
// One after the other without a connection between them; then this page cannot record.
const TRIES = 4;

/** The officer's page that sends the call to the service's recorder while everybody agrees. After a reload it goes on. */
export class ServerRecorder {
  #use;
  /** @type {string | null} */
  #id = null;
  /** @type {import("./recording_parts.js").Mixed | null} */
  #mixed = null;
  /** @type {RTCPeerConnection | null} */
  #pc = null;
  #attempt = "";
  #tries = 0;
  /** @type {number | undefined} */
  #timer;
  #stops;

  /** @param {ServerRecorderParts} use */
  constructor(use) {
    this.#use = use;
    this.#stops = [
      use.recording.onChange(() => this.#update()),
      use.channel.onFrame((frame) => this.#receive(frame)),
      use.channel.onState(({ name }) => name === "online" && this.#id !== null && this.#pc?.connectionState !== "connected" && this.#again(0)),
    ];
    use.recording.mayAsk = true;
  }

  close() {
    for (const stop of this.#stops) stop();
    this.#end();
  }

  #update() {
    const { recording, channel, call } = this.#use;
    const { shown } = recording;
    // After a reload the call has to be back first.
    const mine = shown?.stage === "recording" && shown.recorder === channel.notes.id && call.here;
    if (mine && this.#id !== shown.id) this.#begin(shown.id);
    else if (this.#id && (shown?.stage !== "recording" || shown.id !== this.#id)) this.#end();
  }

  /** @param {string} id */
  #begin(id) {
    this.#end();
    this.#id = id;
    this.#tries = 0;
    try {
      this.#mixed = this.#use.mix(recorded(this.#use));
    } catch {
      return this.#lost();
    }
    this.#try();
  }

  #try() {
    const { channel, ticket, parts } = this.#use;
    const recording = this.#id;
    if (!recording) return;
    if (this.#tries === TRIES) return this.#lost();
    this.#drop();
    this.#tries += 1;
    this.#attempt = parts.newId();
    this.#again(CONNECT_MS + (this.#tries - 1) * LONGER_MS);
    channel.order({ t: "BeginRecorder", ticket, recording, attempt: this.#attempt }, { now: true }).catch((refusal) => {
      // Without a line nothing can be tried; with it again, it is.
      if (refusal?.code === "offline") this.#tries -= 1;
    });
  }

  /** Tries anew, unless there is a connection until then. @param {number} ms */
  #again(ms) {
    const { timers } = this.#use.parts;
    timers.clearTimeout(this.#timer ?? 0);
    this.#timer = timers.setTimeout(() => this.#pc?.connectionState !== "connected" && this.#try(), ms);
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    if (frame.t !== "RecorderBegun" && frame.t !== "RecorderAnswered") return;
    if (frame.recording !== this.#id || frame.attempt !== this.#attempt) return;
    const work = frame.t === "RecorderBegun" ? this.#offer(frame) : this.#pc?.setRemoteDescription({ type: "answer", sdp: frame.sdp });
    work?.catch(() => this.#again(PAUSE_MS));
  }

  /** @param {import("../wire.js").RecorderBegun} begun */
  async #offer({ ticket, recording, attempt, ice_servers: servers }) {
    const { parts, channel } = this.#use;
    const pc = parts.newConnection({
      iceServers: /** @type {RTCIceServer[]} */ (/** @type {unknown} */ (servers)),
      bundlePolicy: "max-bundle",
    });
    this.#drop();
    this.#pc = pc;
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate) return;
      const { candidate: path, mid, line } = wired(candidate);
      channel.send({ t: "SendRecorderCandidate", ticket, recording, attempt, candidate: path, mid, line });
    };
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === "connected") this.#tries = 0;
      else if (pc.connectionState === "failed") this.#again(PAUSE_MS);
    };
    for (const track of this.#mixed?.stream.getTracks() ?? []) await add(pc, track);
    await pc.setLocalDescription();
    channel.send({ t: "SendRecorderOffer", ticket, recording, attempt, sdp: pc.localDescription?.sdp ?? "" });
  }

  #drop() {
    const pc = this.#pc;
    this.#pc = null;
    if (!pc) return;
    pc.onicecandidate = pc.onconnectionstatechange = null;
    pc.close();
  }

  #end() {
    this.#use.parts.timers.clearTimeout(this.#timer ?? 0);
    this.#id = null;
    this.#drop();
    this.#mixed?.close();
    this.#mixed = null;
  }

  /** This page cannot record. */
  #lost() {
    this.#end();
    if (this.#use.recording.isOn) this.#use.recording.stop("recorder_lost").catch(() => {});
  }
}

/** @param {RTCPeerConnection} pc @param {MediaStreamTrack} track */
async function add(pc, track) {
  const { sender } = pc.addTransceiver(track, { direction: "sendonly" });
  // A file whose picture changes its size is shown badly by many players.
  if (track.kind === "video") track.contentHint = "detail";
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings ?? []) encoding.maxBitrate = track.kind === "video" ? VIDEO_BITS : AUDIO_BITS;
  await sender.setParameters(parameters).catch(() => undefined);
}

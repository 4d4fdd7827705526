// @ts-check
import { Capture } from "./capture.js";
import { CheckFault } from "./check_parts.js";
import { measurePeer } from "./check_peer.js";
import { loop, relaysOf, tryRelays } from "./check_relays.js";
import { Listeners } from "./listeners.js";
import { Refusal } from "./refusal.js";

/** @typedef {import("./check_parts.js").CheckParts} CheckParts */
/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {import("../wire.js").DeviceState} DeviceState */
/** @typedef {import("../wire.js").SpeakerState} SpeakerState */
/** @typedef {import("../wire.js").CheckBegun} CheckBegun */
/** @typedef {import("../wire.js").CheckAnswered} CheckAnswered */
/** @typedef {"idle" | "devices" | "network" | "relay" | "judging" | "done" | "failed"} Phase */

const ANSWER_MS = 8_000;
const IN_ALL_MS = 14_500;
// Begun later than this, the loop would not be over in time.
const LOOP_BEGINS_MS = 8_500;
const OURS = new Set(["BeginCheck", "SendCheckOffer"]);

/** One applicant's check of camera, microphone, speaker and network; it may be repeated. */
export class DeviceCheck {
  /** @type {Phase} */
  phase = "idle";
  /** @type {CheckFault | null} */
  fault = null;
  /** @type {DeviceState | null} */
  camera = null;
  /** @type {DeviceState | null} */
  microphone = null;
  /** @type {SpeakerState} */
  speaker = "unanswered";
  #parts;
  #id = "";
  /** @type {import("./check_parts.js").Level | null} */
  #level = null;
  /** @type {{ t: string, resolve: (frame: any) => void, reject: (fault: CheckFault) => void } | null} */
  #awaited = null;
  /** @type {((fault: CheckFault) => void) | null} */
  #breakOff = null;
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {CheckParts} parts */
  constructor(parts) {
    this.#parts = parts;
    parts.channel.onFrame((frame) => this.#receive(frame));
    parts.channel.onState(({ name }) => {
      if (name !== "online") this.#break(new CheckFault("offline"));
    });
  }

  get running() {
    return this.phase !== "idle" && this.phase !== "done" && this.phase !== "failed";
  }

  /** Loudest of the microphone so far, in dBFS. */
  get levelDb() {
    return this.#level?.db() ?? null;
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** Whether the tone was heard. @param {boolean} heard */
  heard(heard) {
    this.speaker = heard ? "heard" : "not_heard";
    this.#changes.tell();
  }

  /** Begins anew; does nothing while one is under way. */
  async start() {
    if (this.running) return;
    this.#id = this.#parts.parts.newId();
    this.fault = this.camera = this.microphone = null;
    this.speaker = "unanswered";
    try {
      await this.#devices();
      this.#go("done");
    } catch (fault) {
      this.fault = faultOf(fault);
      this.#go("failed");
    }
  }

  async #devices() {
    this.#go("devices");
    const { parts, tools } = this.#parts;
    if (!(await tools.tone())) this.speaker = "silent";
    const capture = new Capture(parts, () => undefined);
    await capture.start(true);
    this.camera = stateOf(capture.problem.video);
    this.microphone = stateOf(capture.problem.audio);
    this.#level = this.microphone === "found" ? tools.level(capture.stream) : null;
    const made = tools.made();
    try {
      await this.#inTime(this.#network(made.stream));
    } finally {
      made.close();
      this.#level?.close();
      capture.close();
    }
  }

  /** @param {Promise<void>} work */
  async #inTime(work) {
    const { timers } = this.#parts.parts;
    let late = 0;
    const broken = new Promise((_, reject) => {
      this.#breakOff = reject;
      late = timers.setTimeout(() => reject(new CheckFault("time")), IN_ALL_MS);
    });
    try {
      await Promise.race([work, broken]);
    } finally {
      timers.clearTimeout(late);
      this.#breakOff = null;
      work.catch(() => undefined);
    }
  }

  /** @param {MediaStream} stream */
  async #network(stream) {
    this.#go("network");
    const { channel, ticket, parts, hides } = this.#parts;
    const check = this.#id;
    const began = parts.timers.now();
    const begun = /** @type {CheckBegun} */ (await this.#ask({ t: "BeginCheck", ticket, check, hide: hides?.() ?? false }, "CheckBegun"));
    const signallingMs = Math.round(parts.timers.now() - began);
    const servers = /** @type {RTCIceServer[]} */ (/** @type {unknown} */ (begun.ice_servers));
    const trying = tryRelays(parts, servers);
    const measured = await measurePeer({
      parts,
      stream,
      configuration: { iceServers: servers, iceTransportPolicy: begun.relay_only ? "relay" : "all" },
      offer: async (sdp) => /** @type {CheckAnswered} */ (await this.#ask({ t: "SendCheckOffer", ticket, check, sdp }, "CheckAnswered")).sdp,
      candidate: ({ candidate, mid, line }) => void channel.send({ t: "SendCheckCandidate", ticket, check, candidate, mid, line }),
    });
    const inTime = parts.timers.now() - began < LOOP_BEGINS_MS;
    if (relaysOf(servers).length && inTime) this.#go("relay");
    const looped = this.phase === "relay" ? await loop(parts, servers, stream) : null;
    const relays = await trying;
    this.#go("judging");
    await this.#report({ signallingMs, measured, looped, relays });
  }

  /** @param {{ signallingMs: number, measured: import("./check_peer.js").Measured, looped: number | null, relays: Record<string, boolean> }} found */
  async #report({ signallingMs, measured, looped, relays }) {
    const { channel, ticket } = this.#parts;
    const db = this.levelDb;
    const order = {
      t: /** @type {const} */ ("ReportCheck"),
      ticket,
      check: this.#id,
      camera: this.camera ?? "failed",
      microphone: this.microphone ?? "failed",
      speaker: this.speaker,
      level_db: db === null ? null : Math.max(-127, Math.min(0, Math.round(db))),
      signalling_ms: signallingMs,
      path: measured.path,
      rtt_ms: measured.rttMs,
      down_packets: measured.packets,
      down_lost: measured.lost,
      down_kbps: measured.kbps,
      looped_kbps: looped,
      relays,
    };
    await channel.order(order, { now: true });
  }

  /** Sends a frame and waits for its answer. @param {import("./channel.js").Ephemeral} frame @param {string} t */
  #ask(frame, t) {
    const { channel, parts } = this.#parts;
    return new Promise((resolve, reject) => {
      const late = parts.timers.setTimeout(() => reject(new CheckFault("time")), ANSWER_MS);
      const done = () => {
        parts.timers.clearTimeout(late);
        this.#awaited = null;
      };
      this.#awaited = {
        t,
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject: (fault) => {
          done();
          reject(fault);
        },
      };
      if (!channel.send(frame)) this.#awaited.reject(new CheckFault("offline"));
    });
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    if (frame.t === "Refused") {
      if (frame.cseq == null && OURS.has(String(frame.values?.frame))) this.#awaited?.reject(new CheckFault(frame.code, frame.retry_ms));
    } else if ("check" in frame && frame.check === this.#id) {
      if (frame.t === "CheckStopped") this.#break(new CheckFault(frame.why === "time" ? "time" : "lost"));
      else if (frame.t === this.#awaited?.t) this.#awaited.resolve(frame);
    }
  }

  /** @param {CheckFault} fault */
  #break(fault) {
    this.#awaited?.reject(fault);
    this.#breakOff?.(fault);
  }

  /** @param {Phase} phase */
  #go(phase) {
    this.phase = phase;
    this.#changes.tell();
  }
}

/** @param {unknown} fault */
function faultOf(fault) {
  if (fault instanceof CheckFault) return fault;
  if (fault instanceof Refusal) return new CheckFault(fault.code);
  console.error(fault);
  return new CheckFault("failed");
}

/** A telephone call just now does not say that there is none. @param {import("./capture.js").Reason | undefined} reason @returns {DeviceState} */
function stateOf(reason) {
  return reason === undefined || reason === "interrupted" ? "found" : reason;
}

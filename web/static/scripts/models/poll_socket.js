// @ts-check
import { Alarm } from "./timers.js";

/**
 * What the service answers: frames as a socket would carry them, and a close code when it would have closed.
 * @typedef {{ now: number, connection: string, close: number | null, frames: object[] }} Polled
 */
/**
 * @typedef {{
 *   get: (query: Record<string, string>, headers: Record<string, string>, signal: AbortSignal) => Promise<Polled>,
 *   post: (query: Record<string, string>, headers: Record<string, string>, body: string, signal: AbortSignal) => Promise<Polled>,
 *   socketsWork: () => Promise<boolean>,
 *   seqs: () => Record<string, number>,
 *   timers: import("./timers.js").Timers,
 * }} PollParts `get` and `post` reject when the network fails; `socketsWork` tries whether a socket opens by now
 */
/** @typedef {Extract<import("../wire.js").ClientFrame, { t: "Hello" }>} Hello */

const APART_MS = 1_000;
// Soon at first: perhaps the whole network was away, and sockets get through again.
const TRY_SOCKETS_MS = [2_000, 10_000, 60_000];
const FRAMES_AT_ONCE = 32;
// The service reads no body of more than 64 KiB: what is more waits for the next request.
const BYTES_AT_ONCE = 60_000;
const NETWORK = 1006;
const COME_BACK_NOW = 4002;

const UTF8 = new TextEncoder();

/** How many of these, from the first, one request takes; never none. @param {string[]} frames */
function atOnce(frames) {
  let bytes = 0;
  const many = frames.slice(0, FRAMES_AT_ONCE).findIndex((frame) => (bytes += UTF8.encode(frame).length + 1) > BYTES_AT_ONCE);
  return many === -1 ? FRAMES_AT_ONCE : Math.max(1, many);
}

/** A call that rings can be taken over a socket alone: one is tried at once. @param {object} frame */
function isRinging(frame) {
  return "call" in frame && /** @type {{ stage?: string } | null} */ (frame.call)?.stage === "ringing";
}

/** A socket made of requests, for networks that let none through: slower, but the same frames and numbers. */
export class PollSocket {
  polls = true;
  /** @type {((event: any) => void) | null} */
  onopen = null;
  /** @type {((event: any) => void) | null} */
  onmessage = null;
  /** @type {((event: any) => void) | null} */
  onclose = null;
  #parts;
  #ended = new AbortController();
  #fetching = new AbortController();
  #pause;
  #probe;
  /** @type {Hello | null} */
  #hello = null;
  #connection = "";
  /** @type {string | null} */
  #epoch = null;
  #asked = false;
  #sending = false;
  /** @type {string[]} */
  #unsent = [];
  /** @type {number[]} */
  #pings = [];
  #tries = 0;

  /** @param {PollParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#pause = new Alarm(parts.timers);
    this.#probe = new Alarm(parts.timers);
    parts.timers.setTimeout(() => this.onopen?.({}), 0);
    this.#tryLater();
  }

  /** @param {string} text */
  send(text) {
    const frame = /** @type {import("../wire.js").ClientFrame} */ (JSON.parse(text));
    if (frame.t === "Hello") {
      this.#hello = frame;
      void this.#fetch();
    } else if (frame.t === "Refresh") this.#fetchNow();
    else {
      if (frame.t === "Ping") this.#pings.push(frame.n);
      else this.#unsent.push(text);
      void this.#flush();
    }
  }

  close() {
    this.#ended.abort();
    this.#fetching.abort();
    this.#pause.clear();
    this.#probe.clear();
  }

  #fetchNow() {
    this.#asked = true;
    this.#fetching.abort();
    this.#pause.clear();
    void this.#fetch();
  }

  async #fetch() {
    if (!this.#hello || this.#ended.signal.aborted) return;
    const fetching = (this.#fetching = new AbortController());
    const query = this.#query(this.#hello);
    if (this.#asked) query.now = "1";
    this.#asked = false;
    /** @type {Polled} */
    let polled;
    try {
      polled = await this.#parts.get(query, this.#headers(this.#hello), fetching.signal);
    } catch {
      if (!fetching.signal.aborted) this.#lose(NETWORK);
      return;
    }
    if (fetching.signal.aborted) return;
    this.#connection = polled.connection || this.#connection;
    this.#heard(polled);
    if (!this.#ended.signal.aborted) this.#pause.set(APART_MS, () => void this.#fetch());
  }

  async #flush() {
    if (!this.#hello || this.#sending || this.#ended.signal.aborted) return;
    this.#sending = true;
    const frames = this.#unsent.splice(0, atOnce(this.#unsent));
    const body = `{"frames":[${frames.join(",")}]}`;
    const { ticket } = this.#hello;
    try {
      const query = /** @type {Record<string, string>} */ (ticket ? { ticket } : {});
      this.#heard(await this.#parts.post(query, this.#headers(this.#hello), body, this.#ended.signal));
    } catch {
      this.#lose(NETWORK);
    }
    this.#sending = false;
    if (this.#unsent.length > 0) void this.#flush();
  }

  /** @param {Polled} polled */
  #heard(polled) {
    if (this.#ended.signal.aborted) return;
    for (const frame of polled.frames) {
      if ("epoch" in frame) this.#epoch = String(frame.epoch);
      this.#say(frame);
      if (isRinging(frame)) this.#probe.set(0, () => this.#trySockets());
    }
    // An answer of any kind shows that the service is there; what is missing the next snapshot tells.
    for (const n of this.#pings.splice(0)) this.#say({ t: "Pong", n, now: polled.now, seqs: {} });
    if (polled.close !== null) this.#lose(polled.close);
  }

  /** @param {unknown} frame */
  #say(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** @param {number} code */
  #lose(code) {
    if (this.#ended.signal.aborted) return;
    this.close();
    this.onclose?.({ code });
  }

  #tryLater() {
    const afterMs = TRY_SOCKETS_MS[Math.min(this.#tries++, TRY_SOCKETS_MS.length - 1)];
    this.#probe.set(afterMs, () => this.#trySockets());
  }

  async #trySockets() {
    if (await this.#parts.socketsWork()) this.#lose(COME_BACK_NOW);
    else if (!this.#ended.signal.aborted) this.#tryLater();
  }

  /** @param {Hello} hello @returns {Record<string, string>} */
  #query({ ticket, epoch, seqs }) {
    // Until the first snapshot was taken, what the page holds may be of another epoch.
    const held = this.#epoch !== null ? this.#parts.seqs() : (seqs ?? {});
    const after = Object.entries(held).map(([id, seq]) => `${id}:${seq}`);
    const known = this.#epoch ?? epoch;
    return { ...(ticket ? { ticket } : {}), ...(known ? { epoch: known } : {}), after: after.join(",") };
  }

  /** @param {Hello} hello @returns {Record<string, string>} */
  #headers({ stream, csrf }) {
    return { "X-Consult-Stream": stream, "X-Consult-Csrf": csrf, "X-Consult-Connection": this.#connection };
  }
}

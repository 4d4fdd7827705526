// @ts-check
import { Heartbeat } from "./heartbeat.js";
import { reportFault } from "./listeners.js";
import { Backoff, meaning } from "./returning.js";
import { Alarm } from "./timers.js";

/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {import("../wire.js").ClientFrame} ClientFrame */
/** @typedef {import("./returning.js").CloseShown} CloseShown */
/**
 * `connecting` until the first welcome; `offline` comes back by itself; `stopped` stays away.
 * @typedef {{
 *   name: "connecting" | "online" | "offline" | "stopped",
 *   sinceMs: number,
 *   attempt: number,
 *   close: CloseShown | null,
 *   polls: boolean,
 * }} ChannelState `polls`: only requests get through, so that calls must wait
 */
/**
 * The part of a WebSocket that is used.
 * @typedef {{
 *   onopen: ((event: any) => void) | null,
 *   onmessage: ((event: any) => void) | null,
 *   onclose: ((event: any) => void) | null,
 *   send: (text: string) => void,
 *   close: (code?: number) => void,
 *   polls?: boolean,
 * }} Socket `polls`: it is made of requests, so it carries no media's signalling
 */
/**
 * @typedef {{
 *   open: (failed: number) => Socket,
 *   hello: () => ClientFrame,
 *   receive: (frame: ServerFrame) => void,
 *   changed: (state: ChannelState) => void,
 *   renew: (code: number) => Promise<boolean>,
 *   timers: import("./timers.js").Timers,
 *   random: () => number,
 * }} ConnectionParts `open` is told how many sockets in a row were never welcomed; `renew` makes ready to start anew after that close code; false: there is no way
 */

const CONNECT_MS = 8_000;
// In a call: an unanswered dial asks again after 1 s and 3 s (TCP), then only after 7; a new one asks at once.
const CALL_CONNECT_MS = 4_000;
const CALL_AGAIN_MS = 500;
const HEALTHY_MS = 30_000;
const NORMAL = 1000;
const NO_ANSWER = 1006;
const HEARTBEAT_LOST = 4002;
const SERVER_ERROR = 4000;

/** So many sockets in a row without a welcome, and the page makes requests instead. */
export const SOCKETS_TRIED = 3;

/** Keeps one socket to the service alive: opens it, finds out when it is dead, and comes back as the close code says. */
export class Connection {
  #parts;
  #heartbeat;
  #backoff;
  #patience;
  #retry;
  #healthy;
  /** @type {Socket | null} */
  #socket = null;
  #live = false;
  #wasLive = false;
  #inCall = false;
  #failed = 0;
  /** @type {ChannelState} */
  #state;

  /** @param {ConnectionParts} parts */
  constructor(parts) {
    const { timers, random } = parts;
    this.#parts = parts;
    this.#backoff = new Backoff(random);
    this.#patience = new Alarm(timers);
    this.#retry = new Alarm(timers);
    this.#healthy = new Alarm(timers);
    this.#heartbeat = new Heartbeat({
      timers,
      random,
      ping: (n) => this.write({ t: "Ping", n }),
      dead: () => this.#lost(HEARTBEAT_LOST),
    });
    this.#state = { name: "stopped", sinceMs: timers.now(), attempt: 0, close: null, polls: false };
  }

  get state() {
    return this.#state;
  }

  /** Welcomed and not known to be gone. */
  get live() {
    return this.#live;
  }

  start() {
    this.#backoff.reset();
    this.#connect();
  }

  stop() {
    this.#detach(NORMAL);
    this.#become("stopped", null);
  }

  /** Somebody looks again: a phone's socket may be dead without a word. */
  wake() {
    if (this.#live) this.#heartbeat.probe();
    else if (this.#retry.isSet && this.#state.close?.returns !== "wait") this.#connect();
  }

  /** This machine is on a network again: whatever socket there was belonged to the last one. */
  onNetwork() {
    if (this.#state.name !== "stopped" && this.#state.close?.returns !== "wait") this.#connect();
  }

  /** A new socket, without waiting for the old one to close. @param {number} [afterMs] */
  reopen(afterMs = 0) {
    this.#retry.set(afterMs, () => this.#connect());
  }

  /** In a call a lost line is found, and dialled again, within seconds. @param {boolean} inCall */
  setInCall(inCall) {
    this.#inCall = inCall;
    this.#heartbeat.setInCall(inCall);
  }

  /** @param {ClientFrame} frame */
  write(frame) {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** The service has said welcome on this socket. @param {import("../wire.js").Limits} limits */
  welcomed(limits) {
    this.#live = true;
    this.#wasLive = true;
    if (!this.#socket?.polls) this.#failed = 0;
    this.#patience.clear();
    this.#healthy.set(HEALTHY_MS, () => this.#backoff.reset());
    this.#heartbeat.start(limits);
    this.#become("online", null);
  }

  /** When ping `n` was sent. @param {number} n */
  pingSentAt(n) {
    return this.#heartbeat.answered(n);
  }

  #connect() {
    this.#detach(NORMAL);
    this.#become(this.#wasLive ? "offline" : "connecting", this.#state.close);
    try {
      this.#attach(this.#parts.open(this.#failed));
    } catch (fault) {
      reportFault(fault);
      this.#lost(NO_ANSWER);
    }
  }

  /** @param {Socket} socket */
  #attach(socket) {
    this.#socket = socket;
    this.#patience.set(this.#inCall ? CALL_CONNECT_MS : CONNECT_MS, () => this.#lost(NO_ANSWER));
    socket.onopen = () => {
      this.#patience.set(CONNECT_MS, () => this.#lost(NO_ANSWER));
      this.write(this.#parts.hello());
    };
    socket.onmessage = (event) => this.#heard(event.data);
    socket.onclose = (event) => this.#lost(event.code);
  }

  /** @param {unknown} data */
  #heard(data) {
    this.#heartbeat.heard();
    try {
      this.#parts.receive(JSON.parse(String(data)));
    } catch (fault) {
      reportFault(fault);
    }
  }

  /** Lets the socket go: nothing it still says is heard. @param {number} code */
  #detach(code) {
    for (const alarm of [this.#patience, this.#retry, this.#healthy]) alarm.clear();
    this.#heartbeat.stop();
    this.#live = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // A browser lets a page close with 1000 or its own codes only.
    socket.close(code >= 3000 ? code : NORMAL);
  }

  /** @param {number} code */
  #lost(code) {
    const close = meaning(code);
    // After requests, one socket is tried before requests are made again.
    if (this.#socket?.polls) this.#failed = Math.min(this.#failed, SOCKETS_TRIED - 1);
    // Requests carry no call, so while there is one they are no way out.
    // A service that says itself that it cannot now is reached.
    else if (!this.#live && !this.#inCall && close.returns.startsWith("resume") && code !== SERVER_ERROR) this.#failed += 1;
    this.#detach(code);
    if (close.returns === "anew") {
      this.#startAnew(close);
      return;
    }
    const delayMs = this.#againIn(close.returns);
    this.#become(this.#whileAway(delayMs !== null), close);
    if (delayMs !== null) this.#retry.set(delayMs, () => this.#connect());
  }

  /** @param {import("../wire.js").Return} returns @returns {number | null} */
  #againIn(returns) {
    const delayMs = this.#backoff.delayMs(returns);
    return delayMs !== null && this.#inCall && returns.startsWith("resume") ? Math.min(delayMs, CALL_AGAIN_MS) : delayMs;
  }

  /** @param {CloseShown} close */
  async #startAnew(close) {
    const delayMs = this.#backoff.delayMs("resume") ?? 0;
    this.#become(this.#whileAway(true), close);
    const before = this.#state;
    /** @type {boolean} */
    let ready;
    try {
      ready = await this.#parts.renew(close.code);
    } catch {
      // The network again: nothing was said about the session, so ask again by connecting.
      ready = true;
    }
    if (this.#state !== before) return;
    if (ready) this.#retry.set(delayMs, () => this.#connect());
    else this.#become("stopped", close);
  }

  /** @param {boolean} returns */
  #whileAway(returns) {
    if (!returns) return "stopped";
    return this.#wasLive ? "offline" : "connecting";
  }

  /** @param {ChannelState["name"]} name @param {CloseShown | null} close */
  #become(name, close) {
    const sinceMs = this.#state.name === name ? this.#state.sinceMs : this.#parts.timers.now();
    this.#state = { name, sinceMs, attempt: this.#backoff.attempt, close, polls: this.#live && this.#socket?.polls === true };
    this.#parts.changed(this.#state);
  }
}

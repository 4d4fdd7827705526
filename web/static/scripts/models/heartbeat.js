// @ts-check
import { Alarm } from "./timers.js";

/** @typedef {import("../wire.js").Limits} Limits */
/**
 * @typedef {{
 *   timers: import("./timers.js").Timers,
 *   random: () => number,
 *   ping: (n: number) => void,
 *   dead: () => void,
 * }} HeartbeatParts
 */

export const PROBE_MS = 4_000;
const FROZEN_MS = 1_000;
const REMEMBERED_PINGS = 8;

/** Pings at the pace the server asks for and tells when the connection is dead, which a phone often does not. */
export class Heartbeat {
  #parts;
  #tick;
  #probe;
  /** @type {Limits | null} */
  #limits = null;
  #inCall = false;
  #n = 0;
  #heardAt = 0;
  /** @type {Map<number, number>} */
  #sentAt = new Map();

  /** @param {HeartbeatParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#tick = new Alarm(parts.timers);
    this.#probe = new Alarm(parts.timers);
  }

  /** @param {Limits} limits */
  start(limits) {
    this.#limits = limits;
    this.heard();
    // The first one anywhere in the interval: a thousand pages that return together do not ping together.
    this.#schedule(this.#paceMs() * this.#parts.random());
  }

  stop() {
    this.#limits = null;
    this.#tick.clear();
    this.#probe.clear();
    this.#sentAt.clear();
  }

  /** In a call a lost connection must be found within seconds. @param {boolean} inCall */
  setInCall(inCall) {
    if (this.#inCall === inCall) return;
    this.#inCall = inCall;
    if (!this.#limits) return;
    this.#heardAt = this.#parts.timers.now();
    this.#schedule(this.#paceMs());
  }

  /** Anything at all arrived. */
  heard() {
    this.#heardAt = this.#parts.timers.now();
    this.#probe.clear();
  }

  /** When ping `n` was sent, once. @param {number} n @returns {number | null} */
  answered(n) {
    const sentAt = this.#sentAt.get(n) ?? null;
    this.#sentAt.delete(n);
    return sentAt;
  }

  /** Asks now, and believes in the connection only if something arrives soon. */
  probe() {
    if (!this.#limits || this.#probe.isSet) return;
    this.#probe.set(PROBE_MS, () => this.#parts.dead());
    this.#ping();
  }

  #ping() {
    this.#n += 1;
    this.#sentAt.set(this.#n, this.#parts.timers.now());
    if (this.#sentAt.size > REMEMBERED_PINGS) this.#sentAt.delete(this.#n - REMEMBERED_PINGS);
    this.#parts.ping(this.#n);
  }

  /** @param {number} ms */
  #schedule(ms) {
    const dueAt = this.#parts.timers.now() + ms;
    this.#tick.set(ms, () => this.#beat(dueAt));
  }

  /** @param {number} dueAt */
  #beat(dueAt) {
    const now = this.#parts.timers.now();
    // A page that was frozen heard nothing because it could not listen: that is no sign of a dead connection.
    if (now - dueAt > FROZEN_MS) {
      this.#heardAt = now;
      this.probe();
    }
    const silentMs = now - this.#heardAt;
    if (silentMs >= this.#deadMs()) {
      this.#parts.dead();
      return;
    }
    this.#ping();
    this.#schedule(Math.min(this.#paceMs(), this.#deadMs() - silentMs));
  }

  #paceMs() {
    const { ping_seconds = 10, call_ping_seconds = 1 } = this.#limits ?? {};
    if (this.#inCall) return call_ping_seconds * 1000;
    return ping_seconds * 1000 * (0.8 + 0.2 * this.#parts.random());
  }

  #deadMs() {
    const { dead_seconds = 25, call_dead_seconds = 3 } = this.#limits ?? {};
    return (this.#inCall ? call_dead_seconds : dead_seconds) * 1000;
  }
}

// @ts-check
import { Alarm } from "./timers.js";

/**
 * @typedef {{
 *   timers: import("./timers.js").Timers,
 *   stats: () => Promise<RTCStatsReport>,
 *   expected: () => boolean,
 *   told: (silent: boolean) => void,
 * }} FlowParts `expected`: the other side says that it sends; `told`: once a second, whether nothing has come for too long
 */

const LOOK_EVERY_MS = 1_000;
const FLOWS_MS = 2_000;
const FROZEN_MS = 1_500;
export const SILENT_MS = 3_000;

/** Whether sound or picture really arrives: a browser says "connected" long after the network is gone. */
export class Flow {
  #parts;
  #look;
  #packets = 0;
  #heardAt = 0;
  #lookedAt = 0;
  /** Something came over this connection before. */
  #begun = false;
  #silent = false;

  /** @param {FlowParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#look = new Alarm(parts.timers);
    this.#lookedAt = parts.timers.now();
    this.#wait();
  }

  get silent() {
    return this.#silent;
  }

  /** Something came just now. */
  get flows() {
    return this.#begun && this.#parts.timers.now() - this.#heardAt < FLOWS_MS;
  }

  stop() {
    this.#silent = false;
    this.#look.clear();
  }

  #wait() {
    this.#look.set(LOOK_EVERY_MS, async () => {
      // Set before, so that `stop` meanwhile is not undone after.
      this.#wait();
      const packets = received(await this.#parts.stats().catch(() => null));
      if (this.#look.isSet) this.#judge(packets);
    });
  }

  /** @param {number | null} packets */
  #judge(packets) {
    const now = this.#parts.timers.now();
    const frozen = now - this.#lookedAt > LOOK_EVERY_MS + FROZEN_MS;
    this.#lookedAt = now;
    if (packets === null) return;
    // Another connection counts from nothing.
    const came = packets !== this.#packets && packets > 0;
    this.#packets = packets;
    if (came) this.#begun = true;
    // A page that slept could not listen.
    if (came || frozen || !this.#parts.expected()) this.#heardAt = now;
    const was = this.#silent;
    this.#silent = this.#begun && now - this.#heardAt >= SILENT_MS;
    if (this.#silent || was) this.#parts.told(this.#silent);
  }
}

/** @param {RTCStatsReport | null} report @returns {number | null} */
function received(report) {
  if (!report) return null;
  let packets = 0;
  report.forEach((stat) => {
    if (stat.type === "inbound-rtp") packets += stat.packetsReceived ?? 0;
  });
  return packets;
}

// @ts-check
import { Alarm } from "./timers.js";

/** @typedef {import("./leg_parts.js").LegTold} LegTold */
/** @typedef {Pick<import("./leg_parts.js").LegParts, "parts" | "send" | "sends">} AgainParts */

// The other side's line may be cut just when this side mutes; said again, it is known there soon after.
const TELL_AGAIN_MS = 5_000;
// New credentials are asked for after this part of the old ones' time.
const FRESH_FOR = 0.7;

/** What a leg says again and again: what this side sends, and that its relay's credentials run out. */
export class Again {
  #use;
  #tell;
  #fresh;

  /** @param {AgainParts} use */
  constructor(use) {
    this.#use = use;
    this.#tell = new Alarm(use.parts.timers);
    this.#fresh = new Alarm(use.parts.timers);
  }

  /**
   * @param {LegTold} told @param {import("./quality_watch.js").QualityWatch} quality
   * @param {{ anew?: boolean, away?: boolean }} [more] said this once
   */
  tellState(told, quality, more = {}) {
    const { level, wanted, saving } = quality;
    this.#use.send({ t: "SendMediaState", ...told.about, ...this.#use.sends(), level, wanted, saving, ...more });
    this.#tell.set(TELL_AGAIN_MS, () => this.tellState(told, quality));
  }

  /** @param {LegTold} told */
  keepServersFresh({ about, servers }) {
    const { ice_seconds: seconds } = servers;
    if (seconds) this.#fresh.set(seconds * FRESH_FOR * 1000, () => this.#use.send({ t: "AskIceServers", ...about }));
  }

  stop() {
    this.#tell.clear();
    this.#fresh.clear();
  }
}

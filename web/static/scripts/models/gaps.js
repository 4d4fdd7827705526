// @ts-check
import { Alarm } from "./timers.js";

/** @typedef {import("../wire.js").Pong} Pong */
/** @typedef {{ seqs: () => Record<string, number>, revision: () => number | null }} Holdings what the page's models hold */

const DOUBT_MS = 1_000;
const APART_MS = 3_000;
const SAME_AGAIN_MS = 60_000;

/** Compares what a pong says with what the page holds, and asks for a fresh welcome when a frame was lost. */
export class Gaps {
  #timers;
  #holdings;
  #refresh;
  #doubt;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #refreshedFor = "";

  /** @param {import("./timers.js").Timers} timers @param {() => Holdings} holdings @param {() => void} refresh */
  constructor(timers, holdings, refresh) {
    this.#timers = timers;
    this.#holdings = holdings;
    this.#refresh = refresh;
    this.#doubt = new Alarm(timers);
  }

  stop() {
    this.#doubt.clear();
  }

  /** @param {Pong} pong */
  compare(pong) {
    if (this.#doubt.isSet || this.#missing(pong) === "") return;
    // The frame may be right behind the pong.
    this.#doubt.set(DOUBT_MS, () => this.#heal(this.#missing(pong)));
  }

  /** A model saw for itself that something is missing. @param {() => boolean} still */
  suspect(still) {
    if (this.#doubt.isSet) return;
    this.#doubt.set(DOUBT_MS, () => this.#heal(still() ? "seen by a model" : ""));
  }

  /** @param {string} missing */
  #heal(missing) {
    const sinceMs = this.#timers.now() - this.#refreshedAt;
    if (missing === "" || sinceMs < APART_MS) return;
    // What a fresh welcome did not heal, the next one will not heal either.
    if (missing === this.#refreshedFor && sinceMs < SAME_AGAIN_MS) return;
    this.#refreshedAt = this.#timers.now();
    this.#refreshedFor = missing;
    this.#refresh();
  }

  /** Names what is missing; empty when nothing is. @param {Pong} pong */
  #missing(pong) {
    const { seqs, revision } = this.#holdings();
    const held = seqs();
    const behind = Object.keys(pong.seqs)
      .filter((ticket) => (held[ticket] ?? -1) < pong.seqs[ticket])
      .map((ticket) => `${ticket}:${pong.seqs[ticket]}`);
    const ours = revision();
    const theirs = pong.revision ?? null;
    if (ours === null || theirs === null) return behind.join(" ");
    const closed = Object.keys(held).filter((ticket) => !(ticket in pong.seqs));
    const changed = theirs > ours ? [`revision ${theirs}`] : [];
    return [...behind, ...closed, ...changed].join(" ");
  }
}

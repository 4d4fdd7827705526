// @ts-check
import { Listeners } from "./listeners.js";

/** @typedef {import("../wire.js").BoardShown} BoardShown */
/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/**
 * @typedef {{
 *   waiting: number,
 *   serving: number,
 *   available: number,
 *   onDuty: number,
 *   longestSinceAt: number | null,
 *   longestLabel: string | null,
 * }} Totals
 */

/** The supervisor's figures. */
export class Board {
  #channel;
  #name = "";
  /** @type {BoardShown | null} */
  #shown = null;
  /** When the line broke, on the server's clock; null while it holds. @type {number | null} */
  #cutAt = null;
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {{ channel: import("./channel.js").Channel }} parts */
  constructor({ channel }) {
    this.#channel = channel;
    channel.onFrame((frame) => this.#receive(frame));
    channel.onState(() => this.#check());
    channel.disruption.onChange(() => this.#check());
  }

  #check() {
    const { state, disruption, clock } = this.#channel;
    const cut = state.name === "online" && !disruption.lasts ? null : (this.#cutAt ?? clock.now());
    if (cut === this.#cutAt) return;
    this.#cutAt = cut;
    this.#changes.tell();
  }

  get known() {
    return this.#shown !== null;
  }

  get name() {
    return this.#name;
  }

  get shown() {
    return this.#shown;
  }

  get services() {
    return this.#shown?.services ?? [];
  }

  get officers() {
    return this.#shown?.officers ?? [];
  }

  /** Calls that go on. */
  get calls() {
    return this.#shown?.calls ?? [];
  }

  /** @returns {Totals} */
  get totals() {
    const sum = (/** @type {"waiting" | "serving"} */ what) =>
      this.services.reduce((total, service) => total + service[what], 0);
    const longest = this.services
      .filter((service) => (service.longest_since_at ?? null) !== null)
      .reduce((/** @type {typeof this.services[number] | null} */ first, service) => older(first, service), null);
    return {
      waiting: sum("waiting"),
      serving: sum("serving"),
      available: this.officers.filter(({ state }) => state === "available").length,
      onDuty: this.officers.filter(({ state }) => state !== "offline" && state !== "disabled").length,
      longestSinceAt: longest?.longest_since_at ?? null,
      longestLabel: longest?.longest_label ?? null,
    };
  }

  /** How long ago the figures were known to be right: they are pushed on change, so 0 while the line holds. @returns {number | null} */
  ageMs() {
    if (!this.#shown) return null;
    return this.#cutAt === null ? 0 : Math.max(0, this.#channel.clock.now() - this.#cutAt);
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    if (frame.t === "WelcomeSupervisor") {
      this.#name = frame.name;
      this.#shown = frame.board;
    } else if (frame.t === "BoardShown") this.#shown = frame;
    else return;
    this.#changes.tell();
  }
}

/** @typedef {import("../wire.js").ServiceFigures} ServiceFigures */
/** @param {ServiceFigures | null} first @param {ServiceFigures} second */
function older(first, second) {
  return first && (first.longest_since_at ?? 0) <= (second.longest_since_at ?? 0) ? first : second;
}

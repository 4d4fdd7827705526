// @ts-check
import { Listeners } from "./listeners.js";

/** @typedef {import("../wire.js").BoardShown} BoardShown */
/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {import("../wire.js").TicketFigures} TicketFigures */
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
  /** The number that is looked for, "" for none. */
  #sought = "";
  /** @type {TicketFigures[] | null} */
  #found = null;
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

  /** Who is being served, the longest first. */
  get served() {
    return this.#shown?.served ?? [];
  }

  get sought() {
    return this.#sought;
  }

  /** Who has the number that is looked for and is not over; null while nothing is looked for, or not known yet. */
  get found() {
    return this.#found;
  }

  /** Looks for a number, and goes on looking: what is found is as new as the figures. @param {string} label "" ends it */
  find(label) {
    if (label !== this.#sought) this.#found = null;
    this.#sought = label;
    this.#seek();
    this.#changes.tell();
  }

  /** Ends what is being served. @param {TicketFigures} figures as they were shown @param {string} reason for the office alone */
  close({ id, epoch = 0 }, reason) {
    return this.#now({ t: "CloseConsultation", ticket: id, epoch, reason });
  }

  /** Ends whatever has become of this number, for good. @param {TicketFigures} figures @param {string} reason for the office alone */
  block({ id }, reason) {
    return this.#now({ t: "BlockTicket", ticket: id, reason });
  }

  /** Lets who waits be served earlier. @param {TicketFigures} figures @param {string} reason for the office alone @param {number} minutes as if it had joined so much earlier */
  forward({ id }, reason, minutes) {
    return this.#now({ t: "BringForward", ticket: id, minutes, reason });
  }

  /** Ends this officer's shift: no more offers, and off duty once nothing runs. @param {string} officer */
  endShift(officer) {
    return this.#now({ t: "EndShift", officer });
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

  #seek() {
    if (this.#sought) this.#channel.send({ t: "FindNumber", label: this.#sought });
  }

  /** A press that must not take effect minutes later. @param {import("./stream.js").NewOrder} order */
  async #now(order) {
    await this.#channel.order(order, { now: true });
    // No figure counts who only keeps a place.
    this.#seek();
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    if (frame.t === "WelcomeSupervisor") {
      this.#name = frame.name;
      this.#shown = frame.board;
      this.#seek();
    } else if (frame.t === "BoardShown") {
      this.#shown = frame;
      this.#seek();
    } else if (frame.t === "NumberFound" && frame.label === this.#sought) this.#found = frame.tickets;
    else return;
    this.#changes.tell();
  }
}

/** @typedef {import("../wire.js").ServiceFigures} ServiceFigures */
/** @param {ServiceFigures | null} first @param {ServiceFigures} second */
function older(first, second) {
  return first && (first.longest_since_at ?? 0) <= (second.longest_since_at ?? 0) ? first : second;
}

// @ts-check
import { Call } from "./call.js";
import { DeviceCheck } from "./device_check.js";
import { HiddenAddress } from "./hidden_address.js";
import { Listeners } from "./listeners.js";
import { ThirdSeat } from "./third_seat.js";
import { Recording } from "./recording.js";
import { Photos } from "./photos.js";
import { Transcript } from "./transcript.js";

// What a supervisor has ended is not taken up again.
const BY_THE_OFFICE = ["blocked", "ended_by_office"];

/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {import("../wire.js").WelcomeApplicant} WelcomeApplicant */
/** @typedef {import("../wire.js").Ticket} Ticket */
/** @typedef {import("../wire.js").PositionTold} PositionTold */
/** @typedef {import("../wire.js").Limits} Limits */
/** @typedef {"unknown" | import("../wire.js").Stage} StageShown */
/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   ticketId: string,
 *   storage: import("./unsent.js").KeyValueStore,
 *   parts: import("./call_parts.js").BrowserParts,
 *   tools: import("./check_parts.js").CheckTools,
 * }} TicketParts
 */

/** An applicant's place, from taking a number to the end, with its conversation and its call. */
export class TicketModel {
  transcript;
  photos;
  call;
  seat;
  recording;
  deviceCheck;
  address;
  #channel;
  #id;
  /** @type {Ticket | null} */
  #shown = null;
  /** @type {PositionTold | null} */
  #position = null;
  /** @type {Limits | null} */
  #limits = null;
  /** What may be done after the end. @type {import("../wire.js").AfterEnd} */
  #after = {};
  #officerOnline = false;
  /** @type {import("../wire.js").DeviceCheck | null} */
  #check = null;
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {TicketParts} parts */
  constructor({ channel, ticketId, storage, parts, tools }) {
    this.#channel = channel;
    this.#id = ticketId;
    const about = { channel, ticket: ticketId, side: /** @type {const} */ ("applicant") };
    this.transcript = new Transcript({ ...about, storage, timers: parts.timers });
    this.address = new HiddenAddress(storage);
    const hides = () => this.address.chosen;
    this.call = new Call({ ...about, parts, check: () => this.#check, hides });
    this.seat = new ThirdSeat({ ...about, parts, call: this.call });
    this.recording = new Recording({ ...about, call: this.call, seat: this.seat });
    this.photos = new Photos({ ...about, timers: parts.timers, tools: parts.photos });
    this.deviceCheck = new DeviceCheck({ channel, ticket: ticketId, parts, tools, hides });
    channel.holdings = {
      seqs: () => (this.transcript.known ? { [ticketId]: this.transcript.lastSeq } : {}),
      revision: () => null,
    };
    channel.onFrame((frame) => this.#receive(frame));
  }

  /** @returns {StageShown} */
  get stage() {
    return this.#shown?.stage ?? "unknown";
  }

  get shown() {
    return this.#shown;
  }

  /** While waiting or parked; null while it is not known. */
  get position() {
    return this.stage === "waiting" || this.stage === "offered" ? this.#position : null;
  }

  get isNext() {
    return this.position?.position === 1;
  }

  get nobodyOnDuty() {
    return this.position?.officers_on_duty === 0;
  }

  get officerOnline() {
    return this.#officerOnline;
  }

  /** The last check of devices and network. */
  get check() {
    return this.#check;
  }

  get limits() {
    return this.#limits;
  }

  /** Until when an ended consultation may be taken up again; null when it may not. */
  get reopenUntil() {
    const { stage, ended_at: at, ended_reason: reason } = this.#shown ?? {};
    const seconds = this.#after.reopen_seconds ?? 0;
    return stage === "ended" && at && !BY_THE_OFFICE.includes(reason ?? "") && seconds > 0 ? at + seconds * 1000 : null;
  }

  /** How much earlier it would have joined, as the line counts. */
  get priorityMinutes() {
    return this.#shown?.ended_reason === "left" ? 0 : (this.#after.priority_minutes ?? 0);
  }

  /** Until when an ended consultation may be rated; null when there is nothing to rate. */
  get rateUntil() {
    const { stage, ended_at: at, assignment_epoch: served = 0 } = this.#shown ?? {};
    const seconds = this.#after.rating_seconds ?? 0;
    return stage === "ended" && at && served > 0 && seconds > 0 ? at + seconds * 1000 : null;
  }

  /** How it was rated, null when it was not. */
  get rated() {
    return this.#after.rated ?? null;
  }

  /** Whether somebody served it, be it before it waited again. */
  get wasServed() {
    return Boolean(this.#shown?.served_at) || this.transcript.entries.some(({ kind }) => kind === "served");
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  leave() {
    return this.#channel.order({ t: "LeaveQueue", ticket: this.#id });
  }

  end() {
    return this.#channel.order({ t: "EndConsultation", ticket: this.#id });
  }

  /** Takes an ended consultation up again: a press that must not take effect minutes later. */
  reopen() {
    return this.#channel.order({ t: "ReopenConsultation", ticket: this.#id }, { now: true });
  }

  /**
   * Says how well this person was helped. Rejected with `already_rated` it was said before, on whichever device.
   * @param {number} score from 1 to 5 @param {string} remark
   */
  async rate(score, remark) {
    await this.#channel.order({ t: "RateConsultation", ticket: this.#id, score, remark }, { now: true });
    this.#after = { ...this.#after, rated: score };
    this.#changes.tell();
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    switch (frame.t) {
      case "WelcomeApplicant":
        return this.#welcome(frame);
      case "TicketChanged":
        // Whoever waits anew has another place than the one of an earlier wait.
        if (this.stage === "ended" && frame.ticket.stage !== "ended") this.#position = null;
        return this.#show(frame.ticket);
      case "PositionTold":
        this.#position = frame;
        return this.#changes.tell();
      case "PresenceTold":
        if (frame.by === "officer") this.#officerOnline = frame.online;
        return this.#changes.tell();
      case "CheckKept":
        this.#check = frame.result;
        return this.#changes.tell();
      case "EntryAdded":
        return this.transcript.add(frame.entry);
      case "SeenMarked":
        return this.transcript.markSeen(frame.seen);
      case "TypingShown":
        return this.transcript.showTyping(frame.by);
      default:
        return undefined;
    }
  }

  /** @param {WelcomeApplicant} welcome */
  #welcome(welcome) {
    this.#limits = welcome.limits;
    this.address.offered = welcome.relay ?? false;
    this.#position = welcome.position ?? null;
    this.#check = welcome.check ?? null;
    this.#after = welcome.after ?? {};
    this.transcript.take(welcome);
    this.call.take(welcome.call ?? null);
    this.seat.take(welcome.guest ?? null, welcome.leg ?? null);
    this.#show(welcome.ticket);
  }

  /** @param {Ticket} ticket */
  #show(ticket) {
    this.#shown = ticket;
    // Whoever is offered to an officer is first; the line tells places only of those who wait.
    if (ticket.stage === "offered" && this.#position) this.#position = { ...this.#position, position: 1 };
    this.#officerOnline = ticket.officer_online ?? false;
    this.#changes.tell();
  }
}

// @ts-check
import { Call } from "./call.js";
import { ThirdSeat } from "./third_seat.js";
import { Recorder } from "./recorder.js";
import { ServerRecorder } from "./server_recorder.js";
import { Recording } from "./recording.js";
import { Photos } from "./photos.js";
import { Transcript } from "./transcript.js";

/** @typedef {import("../wire.js").Conversation} ConversationShown */
/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   storage: import("./unsent.js").KeyValueStore,
 *   parts: import("./call_parts.js").BrowserParts,
 *   recorder?: Pick<import("./recorder.js").RecorderParts, "tools" | "sender"> & { byServer: boolean },
 * }} DeskParts `recorder`: where calls may be recorded, by this page or by the service
 */

/** A consultation at an officer's desk: who it is, what was said, and its call. */
export class DeskConversation {
  transcript;
  photos;
  call;
  seat;
  recording;
  #recorder;
  applicantOnline = false;
  #channel;
  /** Who could take it, once that was asked. @type {import("../wire.js").TransferTargets | null} */
  targets = null;
  /** @type {ConversationShown} */
  #shown;

  /** @param {DeskParts} desk @param {ConversationShown} shown */
  constructor({ channel, storage, parts, recorder }, shown) {
    const about = { channel, ticket: shown.ticket.id, side: /** @type {const} */ ("officer") };
    this.#channel = channel;
    this.transcript = new Transcript({ ...about, storage, timers: parts.timers });
    this.call = new Call({ ...about, parts, check: () => this.check });
    this.seat = new ThirdSeat({ ...about, parts, call: this.call });
    this.recording = new Recording({ ...about, call: this.call, seat: this.seat });
    const { recording, call, seat } = this;
    if (!recorder) this.#recorder = null;
    else if (recorder.byServer) this.#recorder = new ServerRecorder({ ...about, recording, call, seat, parts, mix: recorder.tools.mix });
    else this.#recorder = new Recorder({ recording, call, seat, notes: channel.notes, ...recorder });
    this.photos = new Photos({ ...about, timers: parts.timers, tools: parts.photos });
    this.#shown = shown;
    this.take(shown, true);
  }

  get ticket() {
    return this.#shown.ticket;
  }

  get phone() {
    return this.#shown.phone;
  }

  get applicationNumber() {
    return this.#shown.application_number;
  }

  /** How long the citizen had waited. */
  get waitSeconds() {
    return this.#shown.wait_seconds;
  }

  /** @param {ConversationShown} shown @param {boolean} whole its entries replace what is held */
  take(shown, whole) {
    this.#shown = shown;
    this.applicantOnline = shown.applicant_online ?? false;
    this.transcript.take({ entries: shown.entries, seen: shown.seen, whole });
    this.call.take(shown.call ?? null);
    this.seat.take(shown.guest ?? null, shown.leg ?? null);
    this.recording.take(shown.recording ?? null);
  }

  /** The applicant's last check of devices and network. */
  get check() {
    return this.#shown.check ?? null;
  }

  /** @param {import("../wire.js").DeviceCheck} check */
  takeCheck(check) {
    this.#shown = { ...this.#shown, check };
  }

  /** What the officer who transferred it wrote. */
  get note() {
    return this.#shown.note ?? null;
  }

  /** Asks to whom it may be transferred; `targets` says. */
  askTargets() {
    this.targets = null;
    this.#channel.send({ t: "AskTransferTargets", ticket: this.ticket.id });
  }

  /**
   * Hands it over: a press that must not take effect minutes later.
   * @param {{ service?: string, officer?: string }} to @param {string} note
   */
  transfer(to, note) {
    const { id: ticket, assignment_epoch: epoch = 0 } = this.ticket;
    return this.#channel.order({ t: "TransferConsultation", ticket, epoch, note, ...to }, { now: true });
  }

  close() {
    this.transcript.close();
    this.seat.close();
    this.#recorder?.close();
    this.recording.close();
    this.photos.close();
    this.call.close();
  }
}

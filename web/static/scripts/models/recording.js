// @ts-check
import { Listeners } from "./listeners.js";

/** @typedef {import("../wire.js").RecordingShown} RecordingShown */
/** @typedef {import("../wire.js").PersonSide | "guest"} Participant */
/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   ticket: string,
 *   side: Participant,
 *   call: Pick<import("./call.js").Call, "here" | "stage" | "onChange"> & { shown: { id: string, stage: string } | null },
 *   seat: import("./third_seat.js").ThirdSeat | null,
 * }} RecordingParts `seat`: the third chair as one of the two sides sees it; null on a guest's own page
 */

/** Whether this call is recorded, and who agreed to it. The service decides; this page asks, answers and shows. */
export class Recording {
  #use;
  /** @type {RecordingShown | null} */
  #shown = null;
  #stops;
  /** @type {Listeners<void>} */
  #changes = new Listeners();
  /** This page may ask: the office lets calls be recorded. */
  mayAsk = false;
  /** Slices that are not sent yet, for the officer. */
  held = 0;

  /** @param {RecordingParts} use */
  constructor(use) {
    this.#use = use;
    this.#stops = [
      use.channel.onFrame((frame) => {
        if (frame.t === "WelcomeApplicant" || frame.t === "WelcomeGuest") this.take(frame.recording ?? null);
        else if (frame.t === "RecordingChanged" && frame.recording.ticket === use.ticket) this.take(frame.recording);
      }),
      use.call.onChange(() => this.#changes.tell()),
      use.seat?.onChange(() => this.#changes.tell()) ?? (() => {}),
    ];
  }

  /** The recording of the call that goes on. */
  get shown() {
    const call = this.#use.call.shown;
    return call && call.stage !== "ended" && this.#shown?.call === call.id ? this.#shown : null;
  }

  get isOn() {
    return this.shown?.stage === "recording";
  }

  /** It was recorded or asked for, and that has ended while the call goes on. */
  get isOver() {
    return this.shown?.stage === "declined" || this.shown?.stage === "stopped";
  }

  /** Somebody asks, and this person has not answered. */
  get asksHere() {
    return this.shown?.stage === "asked" && this.waitsFor.includes(this.#use.side);
  }

  /** Asked, and only others have not answered. */
  get waits() {
    return this.shown?.stage === "asked" && !this.asksHere;
  }

  /** "Ask to record" makes sense now: everybody is here and can answer. */
  get canAsk() {
    const { call, seat } = this.#use;
    const open = this.shown?.stage === "asked" || this.isOn;
    return this.mayAsk && !open && call.here && call.stage === "connected" && (seat === null || seat.canAnswer);
  }

  /** Who has not answered yet. @returns {Participant[]} */
  get waitsFor() {
    return /** @type {Participant[]} */ (this.shown?.waits_for ?? []);
  }

  /** A third person is in it, or was when it began. */
  get hasGuest() {
    return this.shown?.agreed.includes("guest") ?? false;
  }

  /** Only the page that is in the call can say yes. */
  get here() {
    return this.#use.call.here;
  }

  get side() {
    return this.#use.side;
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  ask() {
    const call = this.#use.call.shown;
    if (!call) return Promise.reject(new Error("there is no call"));
    return this.#order({ t: "AskRecording", ticket: this.#use.ticket, call: call.id });
  }

  /** @param {boolean} yes */
  answer(yes) {
    const { id, text_version: text } = this.#open();
    return this.#order({ t: "AnswerRecording", ticket: this.#use.ticket, recording: id, text, yes });
  }

  withdraw() {
    return this.#order({ t: "WithdrawRecording", ticket: this.#use.ticket, recording: this.#open().id });
  }

  /** @param {"stopped" | "recorder_lost"} [why] */
  stop(why = "stopped") {
    return this.#order({ t: "StopRecording", ticket: this.#use.ticket, recording: this.#open().id, why });
  }

  /** What a welcome or a change tells. @param {RecordingShown | null} shown */
  take(shown) {
    // Two processes told it; the older news came last.
    if (shown && this.#shown && shown.revision < this.#shown.revision) return;
    this.#shown = shown;
    this.#changes.tell();
  }

  /** @param {number} count */
  hold(count) {
    if (count === this.held) return;
    this.held = count;
    this.#changes.tell();
  }

  close() {
    for (const stop of this.#stops) stop();
  }

  #open() {
    if (!this.shown) throw new Error("there is no recording");
    return this.shown;
  }

  /** @param {import("./stream.js").NewOrder} order */
  #order(order) {
    return this.#use.channel.order(order);
  }
}

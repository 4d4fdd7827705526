// @ts-check
import { Listeners } from "./listeners.js";
import { Refusal } from "./refusal.js";
import { Alarm } from "./timers.js";

/** @typedef {import("../wire.js").Acked} Acked */
/** @typedef {import("../wire.js").Refused} Refused */
/** @typedef {import("./stream.js").Kept} Kept */
/** @typedef {import("./stream.js").NewOrder} NewOrder */
/** @typedef {import("./stream.js").Order} Order */
/** @typedef {{ frame: Order, acked?: Acked, refusal?: Refusal }} Answer */
/** @typedef {{ resolve: (acked: Acked) => void, reject: (refusal: Refusal) => void }} Promised */
/**
 * @typedef {{
 *   stream: import("./stream.js").Stream,
 *   timers: import("./timers.js").Timers,
 *   clock: { now: () => number },
 *   send: (frame: Order) => void,
 *   restart: () => void,
 *   disruption: import("./disruption.js").Disruption,
 * }} OrdersParts `restart` asks for a new connection
 */

const IN_FLIGHT = 16;
const ANSWER_MS = 15_000;
const RETRY_MS = 500;
const MOMENT_MS = 60_000;
const TRIES_OUT_OF_ORDER = 4;

/** What must not happen a minute after the person asked for it. */
const MOMENTARY = new Set([
  "BeReady",
  "AcceptOffer",
  "PassOffer",
  "ServeNext",
  "ReopenConsultation",
  "Ring",
  "AcceptCall",
  "ReportLost",
  "CloseConsultation",
  "BlockTicket",
  "BringForward",
  "EndShift",
]);

/** Sends a stream's orders in order and again until each has its answer: nothing acknowledged is lost or done twice. */
export class Orders {
  answers = /** @type {Listeners<Answer>} */ (new Listeners());
  #stream;
  #parts;
  #live = false;
  #sent = 0;
  #outOfOrder = 0;
  #pause;
  #overdue;
  /** @type {WeakMap<Kept, Promised>} */
  #promised = new WeakMap();

  /** @param {OrdersParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#stream = parts.stream;
    this.#pause = new Alarm(parts.timers);
    this.#overdue = new Alarm(parts.timers);
  }

  /** @param {NewOrder} order @returns {Promise<Acked>} */
  give(order) {
    const kept = this.#stream.add(order, this.#parts.clock.now());
    const promise = /** @type {Promise<Acked>} */ (
      new Promise((resolve, reject) => this.#promised.set(kept, { resolve, reject }))
    );
    this.#pump();
    return promise;
  }

  /** A connection is ready; the server has answered everything up to `last`. @param {number} last */
  welcomed(last) {
    this.#dropExpired(last);
    this.#stream.countFrom(last);
    this.#live = true;
    this.#outOfOrder = 0;
    this.#sendAgainFrom(0);
  }

  /** The connection is gone; what was on its way is sent again on the next one. */
  cut() {
    this.#live = false;
    this.#sent = 0;
    this.#pause.clear();
    this.#overdue.clear();
    this.#parts.disruption.cut();
  }

  /** @param {Acked} acked */
  acked(acked) {
    const kept = this.#find(acked.cseq);
    if (kept) this.#settle(kept, { frame: kept.frame, acked });
  }

  /** @param {Refused} refused */
  refused(refused) {
    const kept = this.#find(refused.cseq ?? 0);
    if (!kept) return;
    const retryable = refused.code === "out_of_order" || (refused.retry_ms ?? null) !== null;
    if (retryable) this.#retry(kept, refused);
    else this.#settle(kept, { frame: kept.frame, refusal: new Refusal(refused.code, refused.values) });
  }

  /** @param {Kept} kept @param {Refused} refused */
  #retry(kept, refused) {
    const index = this.#stream.pending.indexOf(kept);
    this.#sent = Math.min(this.#sent, index);
    if (refused.code === "busy") this.#parts.disruption.putOff();
    else if (refused.code !== "out_of_order") this.#parts.disruption.answered();
    // The first in line cannot be early: the server's count is another than ours, which its next welcome tells.
    if (refused.code === "out_of_order" && index === 0 && ++this.#outOfOrder >= TRIES_OUT_OF_ORDER) {
      this.#parts.restart();
      return;
    }
    // Whether it was done is not known here, but to a new connection: there what is too late is dropped.
    if (index === 0 && this.#tooLate(kept)) {
      this.#parts.restart();
      return;
    }
    if (this.#pause.isSet && refused.code === "out_of_order") return;
    this.#pause.set(refused.retry_ms ?? RETRY_MS, () => this.#pump());
  }

  /** @param {number} last */
  #dropExpired(last) {
    for (const kept of [...this.#stream.pending]) {
      if (this.#tooLate(kept) && kept.frame.cseq > last) {
        this.#settle(kept, { frame: kept.frame, refusal: new Refusal("expired") });
      }
    }
  }

  /** @param {Kept} kept */
  #tooLate(kept) {
    return MOMENTARY.has(kept.frame.t) && this.#parts.clock.now() - kept.at > MOMENT_MS;
  }

  #pump() {
    if (!this.#live || this.#pause.isSet) return;
    const { pending } = this.#stream;
    while (this.#live && this.#sent < Math.min(pending.length, IN_FLIGHT)) {
      this.#parts.send(pending[this.#sent++].frame);
    }
    if (this.#sent > 0) this.#parts.disruption.waits();
    if (this.#sent === 0) this.#overdue.clear();
    else if (!this.#overdue.isSet) this.#overdue.set(ANSWER_MS, () => this.#sendAgainFrom(0));
  }

  /** @param {number} index */
  #sendAgainFrom(index) {
    this.#pause.clear();
    this.#sent = index;
    this.#pump();
  }

  /** @param {Kept} kept @param {Answer} answer */
  #settle(kept, answer) {
    if (this.#stream.pending.indexOf(kept) < this.#sent) this.#sent -= 1;
    this.#stream.remove(kept);
    this.#overdue.clear();
    this.#outOfOrder = 0;
    this.#parts.disruption.answered();
    const promised = this.#promised.get(kept);
    if (answer.acked) promised?.resolve(answer.acked);
    else if (answer.refusal) promised?.reject(answer.refusal);
    this.answers.tell(answer);
    this.#pump();
  }

  /** @param {number} cseq */
  #find(cseq) {
    return this.#stream.pending.find((kept) => kept.frame.cseq === cseq);
  }
}

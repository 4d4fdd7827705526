// @ts-check
import { DeskConversation } from "./desk_conversation.js";
import { Listeners } from "./listeners.js";
import { Refusal } from "./refusal.js";

export { DeskConversation } from "./desk_conversation.js";

/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {import("../wire.js").WelcomeOfficer} WelcomeOfficer */
/** @typedef {import("../wire.js").Conversation} ConversationShown */
/** @typedef {import("../wire.js").Duty} Duty */
/** @typedef {import("../wire.js").Offer} Offer */
/** @typedef {import("../wire.js").Waiting} Waiting */
/** @typedef {import("../wire.js").Limits} Limits */
/** @typedef {import("../wire.js").Acked} Acked */
/** @typedef {{ ticket: string, label: string, why: string }} Closed */
/** @typedef {{ ticket: string, attempt: number, why: string }} Withdrawal */

const CLOSED_KEPT = 20;

/** An officer's desk: own state, the open offer, the conversations, and the head of the line. */
export class Desk {
  #parts;
  #channel;
  #known = false;
  #name = "";
  /** @type {Limits | null} */
  #limits = null;
  /** @type {Duty | null} */
  #duty = null;
  /** @type {Offer | null} */
  #offer = null;
  /** @type {Withdrawal | null} */
  #lastWithdrawal = null;
  /** @type {Map<string, DeskConversation>} */
  #conversations = new Map();
  /** @type {Closed[]} */
  #closed = [];
  /** @type {Waiting[]} */
  #line = [];
  #lineTotal = 0;
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {import("./desk_conversation.js").DeskParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#channel = parts.channel;
    this.#channel.holdings = {
      seqs: () =>
        Object.fromEntries(this.conversations.map(({ ticket, transcript }) => [ticket.id, transcript.lastSeq])),
      revision: () => this.#duty?.revision ?? null,
    };
    this.#channel.onFrame((frame) => {
      if (this.#receive(frame)) this.#changes.tell();
    });
  }

  get known() {
    return this.#known;
  }

  get name() {
    return this.#name;
  }

  get limits() {
    return this.#limits;
  }

  get duty() {
    return this.#duty;
  }

  get offer() {
    return this.#offer;
  }

  /** The latest offer that went away, and why. */
  get lastWithdrawal() {
    return this.#lastWithdrawal;
  }

  /** In the order they were opened. */
  get conversations() {
    return [...this.#conversations.values()];
  }

  /** @param {string} ticket */
  conversation(ticket) {
    return this.#conversations.get(ticket);
  }

  /** The latest closings, newest last. */
  get closed() {
    return this.#closed;
  }

  get line() {
    return this.#line;
  }

  get lineTotal() {
    return this.#lineTotal;
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  ready() {
    return this.#now({ t: "BeReady" });
  }

  /** @param {string} [reason] */
  pause(reason = "") {
    return this.#now({ t: "Pause", reason });
  }

  finishShift() {
    return this.#now({ t: "FinishShift" });
  }

  serveNext() {
    return this.#now({ t: "ServeNext" });
  }

  accept() {
    return this.#answerOffer("AcceptOffer");
  }

  pass() {
    return this.#answerOffer("PassOffer");
  }

  /** @param {string} ticket @returns {Promise<Acked>} */
  end(ticket) {
    const epoch = this.#conversations.get(ticket)?.ticket.assignment_epoch ?? null;
    return this.#channel.order({ t: "EndConsultation", ticket, epoch });
  }

  /** Calls back whom this desk served last. @param {string} ticket */
  reopen(ticket) {
    return this.#now({ t: "ReopenConsultation", ticket });
  }

  /** A press that must not take effect minutes later. @param {import("./stream.js").NewOrder} order */
  #now(order) {
    return this.#channel.order(order, { now: true });
  }

  /** @param {"AcceptOffer" | "PassOffer"} t @returns {Promise<Acked>} */
  #answerOffer(t) {
    if (!this.#offer) return Promise.reject(new Refusal("stale_attempt"));
    const { ticket, attempt } = this.#offer;
    return this.#now({ t, ticket, attempt });
  }

  /** @param {ServerFrame} frame @returns {boolean} something of the desk itself changed */
  #receive(frame) {
    switch (frame.t) {
      case "WelcomeOfficer":
        return this.#welcome(frame);
      case "DutyChanged":
        return this.#takeDuty(frame.duty);
      case "OfferMade":
        this.#offer = frame.offer;
        return true;
      case "OfferWithdrawn":
        return this.#withdraw(frame);
      case "ConversationOpened":
        return this.#open(frame.conversation, true);
      case "ConversationClosed":
        return this.#close(frame.ticket, frame.why);
      case "LineShown":
        this.#line = frame.line;
        this.#lineTotal = frame.line_total;
        return true;
      case "CheckKept":
        return this.#takeCheck(frame.ticket, frame.result);
      default:
        return this.#receiveFor(frame);
    }
  }

  /** @param {ServerFrame} frame @returns {boolean} */
  #receiveFor(frame) {
    if (!("ticket" in frame) || typeof frame.ticket !== "string") return false;
    const conversation = this.#conversations.get(frame.ticket);
    if (!conversation) return false;
    if (frame.t === "EntryAdded") conversation.transcript.add(frame.entry);
    else if (frame.t === "SeenMarked") conversation.transcript.markSeen(frame.seen);
    else if (frame.t === "TypingShown") conversation.transcript.showTyping(frame.by);
    else if (frame.t === "TransferTargets") {
      conversation.targets = frame;
      return true;
    } else if (frame.t === "PresenceTold" && frame.by === "applicant") {
      conversation.applicantOnline = frame.online;
      return true;
    }
    return false;
  }

  /** @param {string} ticket @param {import("../wire.js").DeviceCheck} check */
  #takeCheck(ticket, check) {
    this.#conversations.get(ticket)?.takeCheck(check);
    if (this.#offer?.ticket === ticket) this.#offer = { ...this.#offer, check };
    return true;
  }

  /** @param {WelcomeOfficer} welcome */
  #welcome(welcome) {
    this.#known = true;
    this.#name = welcome.name;
    this.#limits = welcome.limits;
    this.#duty = welcome.duty;
    this.#offer = welcome.offer ?? null;
    this.#line = welcome.line;
    this.#lineTotal = welcome.line_total;
    const open = new Set(welcome.conversations.map(({ ticket }) => ticket.id));
    for (const ticket of [...this.#conversations.keys()]) {
      if (!open.has(ticket)) this.#close(ticket, "unknown");
    }
    for (const shown of welcome.conversations) this.#open(shown, welcome.whole.includes(shown.ticket.id));
    return true;
  }

  /** A late frame does not bring back an old state. @param {Duty} duty */
  #takeDuty(duty) {
    if (this.#duty && duty.revision < this.#duty.revision) return false;
    this.#duty = duty;
    return true;
  }

  /** @param {Withdrawal} withdrawn */
  #withdraw({ ticket, attempt, why }) {
    const mine = this.#offer?.ticket === ticket && this.#offer.attempt <= attempt;
    if (mine) this.#offer = null;
    this.#lastWithdrawal = { ticket, attempt, why };
    return true;
  }

  /** @param {ConversationShown} shown @param {boolean} whole */
  #open(shown, whole) {
    const held = this.#conversations.get(shown.ticket.id);
    if (held) held.take(shown, whole);
    else this.#conversations.set(shown.ticket.id, new DeskConversation(this.#parts, shown));
    if (this.#offer?.ticket === shown.ticket.id) this.#offer = null;
    return true;
  }

  /** @param {string} ticket @param {string} why */
  #close(ticket, why) {
    const conversation = this.#conversations.get(ticket);
    if (!conversation) return false;
    this.#conversations.delete(ticket);
    conversation.close();
    this.#closed = [...this.#closed, { ticket, label: conversation.ticket.label, why }].slice(-CLOSED_KEPT);
    return true;
  }
}

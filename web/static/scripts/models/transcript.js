// @ts-check
import { Listeners } from "./listeners.js";
import { SeenReporter } from "./seen_reporter.js";
import { TypingSign } from "./typing_sign.js";
import { Unsent } from "./unsent.js";

/** @typedef {import("../wire.js").Entry} Entry */
/** @typedef {import("../wire.js").Seen} Seen */
/** @typedef {import("../wire.js").PersonSide} PersonSide */
/** @typedef {import("./unsent.js").UnsentMessage} UnsentMessage */
/** @typedef {"sent" | "delivered" | "read"} Mark */
/** @typedef {{ entries: Entry[], whole: boolean, seen: Seen }} Snapshot */
/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   ticket: string,
 *   side: PersonSide,
 *   timers: import("./timers.js").Timers,
 *   storage: import("./unsent.js").KeyValueStore,
 * }} TranscriptParts
 */

/** What a person wrote or showed, which the other side reads. */
const SENT = new Set(["message", "photo"]);

/** One conversation in order: no gap, no doubled entry, and what this side wrote but the service does not have yet. */
export class Transcript {
  #parts;
  #unsent;
  #typing;
  #reporter;
  /** @type {Entry[]} from seq 1 on, without a gap */
  #entries = [];
  /** @type {Map<number, Entry>} came before an entry that is still missing */
  #early = new Map();
  #known = false;
  /** @type {Seen | null} */
  #seen = null;
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {TranscriptParts} parts */
  constructor(parts) {
    const { channel, ticket, timers, storage } = parts;
    const changed = () => this.#changes.tell();
    this.#parts = parts;
    this.#unsent = new Unsent({ channel, ticket, storage, changed, holds: (seq) => seq <= this.lastSeq });
    this.#typing = new TypingSign({ channel, ticket, timers, changed });
    this.#reporter = new SeenReporter({ channel, ticket, timers });
  }

  /** Whose conversation it is. */
  get ticket() {
    return this.#parts.ticket;
  }

  get entries() {
    return this.#entries;
  }

  get unsent() {
    return this.#unsent.messages;
  }

  get known() {
    return this.#known;
  }

  get seen() {
    return this.#seen;
  }

  /** The other side is typing. */
  get typing() {
    return this.#typing.shown;
  }

  get lastSeq() {
    return this.#entries.at(-1)?.seq ?? 0;
  }

  /** Messages of the other side that this side has not read. */
  get unread() {
    const read = Math.max(this.#reporter.read, this.#seenBy(this.#parts.side).read);
    return this.#entries.filter((entry) => this.#isTheirs(entry) && entry.seq > read).length;
  }

  /** How far this side's message has come; null for everything else. @param {Entry} entry @returns {Mark | null} */
  mark(entry) {
    if (!SENT.has(entry.kind) || entry.by !== this.#parts.side) return null;
    const { delivered, read } = this.#seenBy(this.#parts.side === "applicant" ? "officer" : "applicant");
    if (entry.seq <= read) return "read";
    return entry.seq <= delivered ? "delivered" : "sent";
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** @param {string} text */
  post(text) {
    this.#unsent.post(text);
  }

  /** Tries a refused message again. @param {string} id */
  again(id) {
    this.#unsent.again(id);
  }

  /** Forgets a refused message. @param {string} id */
  discard(id) {
    this.#unsent.discard(id);
  }

  /** The person types; call it on every input. */
  typed() {
    this.#typing.typed();
  }

  /** The log is on the screen; `read`: and somebody can see it. @param {boolean} read */
  shown(read) {
    if (!this.#known) return;
    const before = this.unread;
    this.#reporter.report(this.lastSeq, read);
    if (this.unread !== before) this.#changes.tell();
  }

  /** What a welcome tells. @param {Snapshot} snapshot */
  take({ entries, whole, seen }) {
    const before = whole ? this.#entries.filter((entry) => entry.kind === "message" && entry.by === this.#parts.side) : [];
    if (whole) {
      this.#entries = [];
      this.#early.clear();
    }
    this.#known = true;
    this.#seen = seen;
    for (const entry of entries) this.#place(entry);
    // A backup that was restored may be older than what was acknowledged to this side.
    const kept = new Map(entries.map((entry) => [entry.seq, entry.at]));
    this.#unsent.lost(before.filter(({ seq, at }) => kept.get(seq) !== at));
    this.#reporter.again();
    this.#changes.tell();
  }

  /** One more entry, which may come early or twice. @param {Entry} entry */
  add(entry) {
    this.#place(entry);
    if (this.#early.size > 0) this.#parts.channel.suspect(() => this.#early.size > 0);
    if (entry.by !== this.#parts.side) this.#typing.clear();
    this.#changes.tell();
  }

  /** @param {Seen} seen */
  markSeen(seen) {
    this.#seen = seen;
    this.#changes.tell();
  }

  /** @param {PersonSide} by */
  showTyping(by) {
    if (by !== this.#parts.side) this.#typing.show();
  }

  /** The conversation leaves the screen: nothing is to be heard of it any more. */
  close() {
    this.#unsent.close();
    this.#typing.clear();
    this.#reporter.stop();
  }

  /** @param {Entry} entry */
  #place(entry) {
    if (entry.seq <= this.lastSeq) return;
    this.#early.set(entry.seq, entry);
    for (let next = this.#early.get(this.lastSeq + 1); next; next = this.#early.get(this.lastSeq + 1)) {
      this.#early.delete(next.seq);
      this.#entries = [...this.#entries, next];
      if (next.kind === "message" && next.by === this.#parts.side) this.#unsent.landed(next);
    }
  }

  /** @param {Entry} entry */
  #isTheirs(entry) {
    return SENT.has(entry.kind) && entry.by !== this.#parts.side;
  }

  /** @param {PersonSide} side */
  #seenBy(side) {
    const seen = this.#seen;
    if (!seen) return { delivered: 0, read: 0 };
    return { delivered: seen[`${side}_delivered`], read: seen[`${side}_read`] };
  }
}

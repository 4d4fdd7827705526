// @ts-check

/** @typedef {import("../wire.js").Entry} Entry */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} KeyValueStore */
/**
 * `queued`: waits for the network. `kept`: waits for the service. `refused`: waits for the person, `code` says why.
 * @typedef {{
 *   id: string,
 *   text: string,
 *   at: number,
 *   state: "queued" | "kept" | "sending" | "refused",
 *   code?: string,
 *   values?: Record<string, string | number>,
 * }} UnsentMessage
 */
/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   ticket: string,
 *   storage: KeyValueStore,
 *   changed: () => void,
 *   holds: (seq: number) => boolean,
 * }} UnsentParts `holds`: the log already shows that entry
 */
/** @typedef {{ cseq: number, text: string, at: number, seq: number | null }} Written `seq`: the service has it as that entry */

const CLOCKS_DIFFER_MS = 2_000;
const LOST_OFFERED = 20;

/** What this side wrote and the log does not show yet. Kept over a reload: by the stream while it waits, here once refused. */
export class Unsent {
  #parts;
  /** @type {Written[]} acknowledged, but the entry itself has not come yet */
  #acknowledged = [];
  /** @type {Set<number>} cseq of orders whose entry came before their answer */
  #landed = new Set();
  /** @type {UnsentMessage[]} */
  #refused;
  #stops;

  /** @param {UnsentParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#refused = this.#load();
    this.#stops = [
      parts.channel.onAnswer((answer) => this.#answered(answer)),
      parts.channel.onState(() => parts.changed()),
      parts.channel.disruption.onChange(() => parts.changed()),
    ];
  }

  /** In the order they were written. @returns {UnsentMessage[]} */
  get messages() {
    const { state, disruption } = this.#parts.channel;
    const now = state.name !== "online" ? "queued" : disruption.lasts ? "kept" : "sending";
    const waiting = this.#waiting()
      .filter(({ frame }) => !this.#landed.has(frame.cseq))
      .map(({ frame, at }) => this.#message(frame.cseq, frame.text, at, now));
    const arriving = this.#acknowledged.map(({ cseq, text, at }) => this.#message(cseq, text, at, "sending"));
    return [...this.#refused, ...arriving, ...waiting];
  }

  /** @param {string} text */
  post(text) {
    const { channel, ticket, changed } = this.#parts;
    // The answer is heard by onAnswer, which also hears those of an earlier life of this tab.
    channel.order({ t: "PostMessage", ticket, text }).catch(() => {});
    changed();
  }

  /** @param {string} id */
  again(id) {
    const message = this.#refused.find((other) => other.id === id);
    if (!message) return;
    this.discard(id);
    this.post(message.text);
  }

  /** @param {string} id */
  discard(id) {
    this.#refused = this.#refused.filter((message) => message.id !== id);
    this.#keep();
    this.#parts.changed();
  }

  /** An own message is in the log: the oldest waiting one with its words is that one. @param {Entry} entry */
  landed(entry) {
    const before = this.#acknowledged.length;
    this.#acknowledged = this.#acknowledged.filter(({ seq }) => seq !== entry.seq);
    if (this.#acknowledged.length < before) return;
    const text = plain(entry.text ?? "");
    const same = this.#waiting().find(
      ({ frame, at }) =>
        !this.#landed.has(frame.cseq) && plain(frame.text) === text && entry.at >= at - CLOCKS_DIFFER_MS,
    );
    if (same) this.#landed.add(same.frame.cseq);
  }

  /** Own messages that the service had and has no more: the person decides, since another page may offer them too. @param {Entry[]} entries */
  lost(entries) {
    for (const { seq, at, text = "" } of entries.slice(-LOST_OFFERED)) {
      this.#refused.push({ id: `lost-${at}-${seq}`, text, at, state: "refused", code: "lost_by_restore" });
    }
    if (entries.length > 0) this.#keep();
  }

  close() {
    for (const stop of this.#stops) stop();
  }

  /** @param {import("./orders.js").Answer} answer */
  #answered({ frame, acked, refusal }) {
    if (frame.t !== "PostMessage" || frame.ticket !== this.#parts.ticket) return;
    this.#landed.delete(frame.cseq);
    const at = this.#parts.channel.clock.now();
    const seq = acked?.seq ?? null;
    if (seq !== null && !this.#parts.holds(seq)) {
      this.#acknowledged.push({ cseq: frame.cseq, text: frame.text, at, seq });
    }
    if (refusal) {
      const { code, values } = refusal;
      this.#refused.push({ id: `${at}-${frame.cseq}`, text: frame.text, at, state: "refused", code, values });
      this.#keep();
    }
    this.#parts.changed();
  }

  /** @param {number} cseq @param {string} text @param {number} at @param {UnsentMessage["state"]} state @returns {UnsentMessage} */
  #message(cseq, text, at, state) {
    return { id: `order-${cseq}`, text, at, state };
  }

  #waiting() {
    /** @type {{ frame: import("../wire.js").PostMessage, at: number }[]} */
    const waiting = [];
    for (const { frame, at } of this.#parts.channel.pending) {
      if (frame.t === "PostMessage" && frame.ticket === this.#parts.ticket) waiting.push({ frame, at });
    }
    return waiting;
  }

  get #key() {
    return `consult.refused.${this.#parts.ticket}`;
  }

  /** @returns {UnsentMessage[]} */
  #load() {
    try {
      const kept = JSON.parse(this.#parts.storage.getItem(this.#key) ?? "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }

  #keep() {
    const { storage } = this.#parts;
    try {
      if (this.#refused.length === 0) storage.removeItem(this.#key);
      else storage.setItem(this.#key, JSON.stringify(this.#refused));
    } catch {
      // A full or forbidden store: the message stays on this page, and that is all it can do.
    }
  }
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFC").replace(/\s+/g, " ").trim();
}

// @ts-check

/** @typedef {import("../wire.js").ClientFrame} ClientFrame */
/** @typedef {Extract<ClientFrame, { cseq: number }>} Order an order with its number */
/** @typedef {Order extends infer O ? O extends Order ? Omit<O, "cseq"> : never : never} NewOrder an order before it has a number */
/** @typedef {{ frame: Order, at: number }} Kept an order without an answer yet, given at `at` on the server's clock */
/**
 * What outlives a reload of the tab.
 * @typedef {{ id: string, next: number, pending: Kept[], notes: Record<string, string> }} StreamRecord
 */
/** @typedef {{ record: StreamRecord, save: (record: StreamRecord) => void, newId: () => string }} StreamParts */

/** One tab's numbered orders: which number is next, and which have no answer yet. */
export class Stream {
  #record;
  #save;
  #newId;

  /** @param {StreamParts} parts */
  constructor({ record, save, newId }) {
    this.#record = record;
    this.#save = save;
    this.#newId = newId;
  }

  get id() {
    return this.#record.id;
  }

  /** In order of their numbers. @returns {readonly Kept[]} */
  get pending() {
    return this.#record.pending;
  }

  /** @param {NewOrder} order @param {number} at @returns {Kept} */
  add(order, at) {
    const frame = /** @type {Order} */ ({ ...order, cseq: this.#record.next });
    const kept = { frame, at };
    this.#record.next += 1;
    this.#record.pending.push(kept);
    this.#keep();
    return kept;
  }

  /** @param {Kept} kept */
  remove(kept) {
    this.#record.pending = this.#record.pending.filter((other) => other !== kept);
    this.#keep();
  }

  /**
   * Counts on from the server's last number, so that nothing waits for a number that never comes. Orders the server has answered
   * keep their numbers.
   * @param {number} last
   */
  countFrom(last) {
    this.#record.next = last + 1;
    for (const kept of this.#record.pending) {
      if (kept.frame.cseq > last) kept.frame = { ...kept.frame, cseq: this.#record.next++ };
    }
    this.#keep();
  }

  /** A new stream, to which the orders without an answer move. */
  renew() {
    this.#record.id = this.#newId();
    this.#record.pending.forEach((kept, index) => (kept.frame = { ...kept.frame, cseq: index + 1 }));
    this.#record.next = this.#record.pending.length + 1;
    this.#keep();
  }

  /** A small fact that this tab keeps over a reload, and that no other tab sees. @param {string} name */
  note(name) {
    return this.#record.notes[name] ?? null;
  }

  /** @param {string} name @param {string | null} value */
  setNote(name, value) {
    if (value === null) delete this.#record.notes[name];
    else this.#record.notes[name] = value;
    this.#keep();
  }

  #keep() {
    this.#save(this.#record);
  }
}

/** @param {string} id @returns {StreamRecord} */
export function emptyRecord(id) {
  return { id, next: 1, pending: [], notes: {} };
}

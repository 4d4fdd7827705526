// @ts-check
// The digits that both people read aloud, after ZRTP (RFC 6189, sections 4.2 and 4.5). They come from both certificates and a nonce of
// each side. One side binds itself to its nonce before it knows the other's, so whoever stands in between has one guess in a hundred
// million, however many certificates are tried.
import { randomHex, sha256Hex } from "./secret.js";
import { Alarm } from "./timers.js";

/** @typedef {{ step: "commitment" | "nonce" | "opening", value: string }} Step */
/**
 * @typedef {{
 *   timers: import("./timers.js").Timers,
 *   randomBytes: (count: number) => Uint8Array,
 *   commits: boolean,
 *   about: { call: string, generation: number, leg?: string },
 *   send: (step: Step) => void,
 *   changed: () => void,
 * }} CodeParts `commits`: this side commits itself, and the other only answers
 */

const FINGERPRINT = /^a=fingerprint:(\S+ \S+)\s*$/gim;
const NONCE_BYTES = 32;
const GROUPS = 4;
// A frame may be lost with the line to the service.
const AGAIN_MS = 3_000;

/** One generation's way to the digits, as one side goes it. */
export class ShortCode {
  #use;
  #again;
  /** This side's and the other's certificate. @type {[string, string] | null} */
  #certificates = null;
  /** What came before this side knew them. @type {Step[]} */
  #early = [];
  #nonce = "";
  /** What the other side is bound to: its nonce, or its commitment. */
  #bound = "";
  #opened = "";
  #digits = "";
  #isWrong = false;
  #stopped = false;
  /** @type {Promise<void>} */
  #queue = Promise.resolve();

  /** @param {CodeParts} use */
  constructor(use) {
    this.#use = use;
    this.#again = new Alarm(use.timers);
  }

  /** The same digits on both pages; "" before they are certain. */
  get digits() {
    return this.#isWrong ? "" : this.#digits;
  }

  /** The other side did not keep to what it was bound to: somebody stands in between. */
  get isWrong() {
    return this.#isWrong;
  }

  /** Both sides have agreed. @param {string} local @param {string} remote session descriptions */
  begin(local, remote) {
    if (this.#certificates) return;
    this.#certificates = [certificateIn(local), certificateIn(remote)];
    this.#nonce = randomHex(this.#use.randomBytes, NONCE_BYTES);
    if (this.#use.commits) this.#enqueue(async () => this.#say({ step: "commitment", value: await this.#commitment(this.#nonce, 0) }));
    for (const step of this.#early.splice(0)) this.take(step);
  }

  /** What the other side says. @param {Step} step */
  take(step) {
    if (!this.#certificates) this.#early.push(step);
    else this.#enqueue(() => (this.#use.commits ? this.#answered(step) : this.#asked(step)));
  }

  stop() {
    this.#stopped = true;
    this.#again.clear();
  }

  /** The side that commits itself. @param {Step} step */
  async #answered({ step, value }) {
    if (step !== "nonce" || !this.#binds(value)) return;
    this.#again.clear();
    this.#use.send({ step: "opening", value: this.#nonce });
    await this.#show(this.#nonce, value);
  }

  /** The side that answers. @param {Step} step */
  async #asked({ step, value }) {
    if (step === "commitment") {
      if (this.#binds(value) && !this.#opened) this.#say({ step: "nonce", value: this.#nonce });
    } else if (step === "opening" && this.#bound && value !== this.#opened) {
      this.#again.clear();
      const keeps = !this.#opened && (await this.#commitment(value, 1)) === this.#bound;
      this.#opened = value;
      if (keeps) await this.#show(value, this.#nonce);
      else this.#fail();
    }
  }

  /** What was said first holds. @param {string} value */
  #binds(value) {
    this.#bound ||= value;
    if (value !== this.#bound) this.#fail();
    return value === this.#bound;
  }

  /** @param {string} nonce of the side that commits itself @param {0 | 1} whose its certificate: this side's or the other's */
  #commitment(nonce, whose) {
    return sha256Hex(this.#words("commitment", this.#certificates?.[whose] ?? "", nonce));
  }

  /** @param {string} committed @param {string} answered nonces */
  async #show(committed, answered) {
    const [ours, theirs] = /** @type {[string, string]} */ (this.#certificates);
    const both = this.#use.commits ? [ours, theirs] : [theirs, ours];
    const hex = await sha256Hex(this.#words("digits", ...both, committed, answered));
    const groups = Array.from({ length: GROUPS }, (_, index) => parseInt(hex.slice(index * 8, index * 8 + 8), 16) % 100);
    this.#digits = groups.map((group) => String(group).padStart(2, "0")).join(" ");
    this.#use.changed();
  }

  /** Bound to this call, leg and generation: what is heard in one fits in no other. @param {...string} words */
  #words(...words) {
    const { call, generation, leg } = this.#use.about;
    return [call, generation, ...(leg ? [leg] : []), ...words].join("\n");
  }

  #fail() {
    this.#isWrong = true;
    this.#again.clear();
    this.#use.changed();
  }

  /** @param {Step} step */
  #say(step) {
    if (this.#stopped || this.#isWrong) return;
    this.#use.send(step);
    this.#again.set(AGAIN_MS, () => this.#say(step));
  }

  /** One after the other: a hash takes a moment. @param {() => Promise<void>} task */
  #enqueue(task) {
    this.#queue = this.#queue.then(() => (this.#stopped ? undefined : task()));
  }
}

/** @param {string} sdp */
function certificateIn(sdp) {
  const found = [...sdp.matchAll(FINGERPRINT)].map(([, value]) => value.toLowerCase());
  return [...new Set(found)].sort().join(" ");
}

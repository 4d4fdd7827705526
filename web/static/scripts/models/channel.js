// @ts-check
import { Connection } from "./connection.js";
import { Disruption } from "./disruption.js";
import { Gaps } from "./gaps.js";
import { Listeners } from "./listeners.js";
import { Orders } from "./orders.js";
import { Refusal } from "./refusal.js";
import { ServerClock } from "./server_clock.js";

/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {import("../wire.js").ClientFrame} ClientFrame */
/** @typedef {import("../wire.js").Acked} Acked */
/** @typedef {import("./connection.js").ChannelState} ChannelState */
/** @typedef {import("./orders.js").Answer} Answer */
/** @typedef {Exclude<ClientFrame, { cseq: number } | { t: "Hello" } | { t: "Ping" }>} Ephemeral a frame nobody will miss */
/** @typedef {Extract<ServerFrame, { last_cseq: number }>} Welcome */
/**
 * @typedef {{
 *   open: (failed: number) => import("./connection.js").Socket,
 *   csrf: string,
 *   ticket?: string,
 *   guest?: string,
 *   renew: () => Promise<string | null>,
 *   stream: import("./stream.js").Stream,
 *   timers: import("./timers.js").Timers,
 *   wallClock: () => number,
 *   random: () => number,
 * }} ChannelParts `renew`: a new csrf when the session has ended; null: there is none
 */

const WIRE_VERSION = 1;
const RESUME_REFUSED = 4103;

/**
 * The page's one line to the service. It comes back by itself, sends each order until it is answered, finds lost frames, and
 * tells every other server frame to whoever listens.
 */
export class Channel {
  /** What the models hold; the one that holds conversations sets it. @type {import("./gaps.js").Holdings} */
  holdings = { seqs: () => ({}), revision: () => null };
  #parts;
  #csrf;
  #connection;
  #orders;
  #gaps;
  #clock;
  #disruption;
  #helloAt = 0;
  /** @type {Set<object>} */
  #calls = new Set();
  /** @type {string | null} */
  #epoch = null;
  /** What the service makes of this machine's address. @type {string | null} */
  #seenFrom = null;
  #moved = false;
  /** @type {Listeners<ChannelState>} */
  #states = new Listeners();
  /** @type {Listeners<ServerFrame>} */
  #frames = new Listeners();

  /** @param {ChannelParts} parts */
  constructor(parts) {
    const { stream, timers, random, wallClock } = parts;
    this.#parts = parts;
    this.#csrf = parts.csrf;
    this.#clock = new ServerClock(wallClock);
    this.#disruption = new Disruption(timers);
    this.#connection = new Connection({
      open: parts.open,
      hello: () => this.#hello(),
      receive: (frame) => this.#receive(frame),
      changed: (state) => this.#changed(state),
      renew: (code) => this.#renew(code),
      timers,
      random,
    });
    this.#orders = new Orders({
      stream,
      timers,
      clock: this.#clock,
      send: (frame) => this.#connection.write(frame),
      restart: () => this.#connection.reopen(),
      disruption: this.#disruption,
    });
    this.#gaps = new Gaps(timers, () => this.holdings, () => this.refresh());
  }

  get state() {
    return this.#connection.state;
  }

  /** Whether the service can store what it is sent. */
  get disruption() {
    return this.#disruption;
  }

  /** The token of this page's session, which may be renewed. */
  get csrf() {
    return this.#csrf;
  }

  /** The last connection came from another address than the one before. */
  get moved() {
    return this.#moved;
  }

  /** The server's time: `clock.now()`. */
  get clock() {
    return this.#clock;
  }

  /** Orders without an answer, in order. */
  get pending() {
    return this.#parts.stream.pending;
  }

  /** `note` and `setNote`: what this tab keeps over a reload and no other tab sees. */
  get notes() {
    return this.#parts.stream;
  }

  /** @param {(state: ChannelState) => void} listener */
  onState(listener) {
    return this.#states.add(listener);
  }

  /** Every server frame but pongs and answers to orders. @param {(frame: ServerFrame) => void} listener */
  onFrame(listener) {
    return this.#frames.add(listener);
  }

  /** Also answers to orders of an earlier life of this tab. @param {(answer: Answer) => void} listener */
  onAnswer(listener) {
    return this.#orders.answers.add(listener);
  }

  /** Connects; also after the service asked to stay away. @param {string} [csrf] */
  start(csrf = this.#csrf) {
    this.#csrf = csrf;
    this.#connection.start();
  }

  /** Leaves and stays away until `start`. */
  stop() {
    this.#connection.stop();
  }

  /** Somebody looks again. */
  wake() {
    this.#connection.wake();
  }

  /** This machine is on a network again. */
  onNetwork() {
    this.#connection.onNetwork();
  }

  /** While any call needs it, a lost line is found within seconds. @param {object} call @param {boolean} needed */
  watchClosely(call, needed) {
    if (needed) this.#calls.add(call);
    else this.#calls.delete(call);
    this.#connection.setInCall(this.#calls.size > 0);
  }

  /**
   * Sends an order until it is answered; rejects with a Refusal.
   * @param {import("./stream.js").NewOrder} order
   * @param {{ now?: boolean }} [how] `now`: refused at once while there is no connection
   * @returns {Promise<Acked>}
   */
  order(order, { now = false } = {}) {
    if (now && !this.#connection.live) return Promise.reject(new Refusal("offline"));
    return this.#orders.give(order);
  }

  /** Sends a frame that nobody will miss. @param {Ephemeral} frame @returns {boolean} false: dropped, there is no connection */
  send(frame) {
    if (this.#connection.live) this.#connection.write(frame);
    return this.#connection.live;
  }

  /** Asks for a fresh welcome with all that is not held. */
  refresh() {
    this.send({ t: "Refresh", seqs: this.holdings.seqs() });
  }

  /** A model misses something: a fresh welcome is asked for if it still does in a moment. @param {() => boolean} still */
  suspect(still) {
    this.#gaps.suspect(still);
  }

  /** @returns {ClientFrame} */
  #hello() {
    this.#helloAt = this.#parts.wallClock();
    return {
      t: "Hello",
      v: WIRE_VERSION,
      stream: this.#parts.stream.id,
      csrf: this.#csrf,
      ...(this.#parts.ticket ? { ticket: this.#parts.ticket } : {}),
      ...(this.#parts.guest ? { guest: this.#parts.guest } : {}),
      ...(this.#epoch === null ? {} : { epoch: this.#epoch, seqs: this.holdings.seqs() }),
    };
  }

  /** @param {number} code */
  async #renew(code) {
    if (code === RESUME_REFUSED) {
      this.#parts.stream.renew();
      this.#epoch = null;
      return true;
    }
    const csrf = await this.#parts.renew();
    if (csrf !== null) this.#csrf = csrf;
    return csrf !== null;
  }

  /** @param {ChannelState} state */
  #changed(state) {
    if (state.name !== "online") {
      this.#orders.cut();
      this.#gaps.stop();
    }
    this.#states.tell(state);
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    if ("last_cseq" in frame) this.#welcome(frame);
    else if (frame.t === "Pong") this.#pong(frame);
    else if (frame.t === "Acked") this.#orders.acked(frame);
    else if (frame.t === "Refused" && (frame.cseq ?? null) !== null) this.#orders.refused(frame);
    else if (frame.t === "DisruptionTold") this.#disruption.told(frame.lasts);
    else this.#frames.tell(frame);
    if (frame.t === "ReconnectAsked") this.#connection.reopen(frame.after_ms);
  }

  /** @param {Welcome} welcome */
  #welcome(welcome) {
    const first = !this.#connection.live;
    this.#epoch = welcome.epoch;
    if (first) this.#notePlace("seen_from" in welcome ? welcome.seen_from : null);
    if (first) this.#clock.learn(welcome.now, this.#helloAt);
    if (first) this.#connection.welcomed(welcome.limits);
    // The models take the snapshot before answers that refer to it.
    this.#frames.tell(welcome);
    if (first) this.#orders.welcomed(welcome.last_cseq);
  }

  /** @param {string | null} [seenFrom] */
  #notePlace(seenFrom = null) {
    this.#moved = this.#seenFrom !== null && seenFrom !== this.#seenFrom;
    this.#seenFrom = seenFrom;
  }

  /** @param {import("../wire.js").Pong} pong */
  #pong(pong) {
    const sentAt = this.#connection.pingSentAt(pong.n);
    if (sentAt !== null) this.#clock.learn(pong.now, sentAt);
    this.#gaps.compare(pong);
  }
}

// @ts-check
import { GuestLeg } from "./guest_leg.js";

/** @typedef {import("../wire.js").LegShown} LegShown */
/** @typedef {import("../wire.js").PersonSide} PersonSide */
/**
 * @typedef {Pick<import("./guest_leg.js").GuestLegParts, "channel" | "parts" | "shared" | "saves" | "changed">} LegPairParts
 */

/** The legs of the third chair's own page, one to each side of a call. */
export class LegPair {
  #use;
  /** @type {Map<PersonSide, GuestLeg>} */
  #legs = new Map();

  /** @param {LegPairParts} use */
  constructor(use) {
    const { channel, parts } = use;
    this.#use = use;
    channel.onState(({ name }) => name === "online" && this.#each((leg) => leg.lineIsBack(channel.moved)));
    parts.onNetworkChange(() => this.#each((leg) => leg.networkChanged()));
    parts.onReturn(() => this.#each((leg) => leg.seenAgain()));
    parts.onLeave(() => this.#each((leg) => leg.leavesPage()));
  }

  get size() {
    return this.#legs.size;
  }

  /** The call that these are of. @returns {string | null} */
  get call() {
    const [leg] = this.#legs.values();
    return leg?.call ?? null;
  }

  /** @param {PersonSide} side */
  remote(side) {
    return this.#legs.get(side)?.remote ?? null;
  }

  /** @param {PersonSide} side @returns {RTCPeerConnectionState} */
  state(side) {
    return this.#legs.get(side)?.state ?? "new";
  }

  /** The digits to read aloud with that side, or "". @param {PersonSide} side */
  code(side) {
    return this.#legs.get(side)?.code ?? "";
  }

  /** @param {PersonSide} side */
  codeIsWrong(side) {
    return this.#legs.get(side)?.codeIsWrong ?? false;
  }

  /** It was tried in vain for so long that people should hear of it. @param {PersonSide} side */
  noPath(side) {
    return this.#legs.get(side)?.noPath ?? false;
  }

  /** What a welcome tells: legs of other calls are over. @param {LegShown[]} shown */
  welcome(shown) {
    const calls = new Set(shown.map(({ call }) => call));
    for (const [side, leg] of this.#legs) if (!calls.has(leg.call)) this.#drop(side);
    for (const leg of shown) this.take(leg);
  }

  /** @param {LegShown} shown */
  take(shown) {
    const held = this.#legs.get(shown.between);
    if (held?.call === shown.call) return held.take(shown);
    const { between, ticket, call, guest } = shown;
    this.#drop(between);
    const leg = new GuestLeg({ ...this.#use, between, ticket, call, guest, spares: false });
    this.#legs.set(between, leg);
    this.#use.channel.watchClosely(this, true);
    leg.take(shown);
    leg.join();
  }

  /** @param {import("../wire.js").ServerFrame} frame */
  receive(frame) {
    this.#each((leg) => leg.receive(frame));
  }

  /** @param {import("./capture.js").Kind} kind */
  plug(kind) {
    this.#each((leg) => leg.plug(kind));
  }

  /** The person began to save data, or no longer does. */
  saveData() {
    this.#each((leg) => leg.saveData());
  }

  /** @param {string} [call] all of them, or of this call */
  end(call) {
    for (const [side, leg] of this.#legs) if (call === undefined || leg.call === call) this.#drop(side);
  }

  /** @param {PersonSide} side */
  #drop(side) {
    this.#legs.get(side)?.close();
    this.#legs.delete(side);
    this.#use.channel.watchClosely(this, this.#legs.size > 0);
  }

  /** @param {(leg: GuestLeg) => void} act */
  #each(act) {
    for (const leg of this.#legs.values()) act(leg);
  }
}

// @ts-check
import { LegPair } from "./leg_pair.js";
import { Listeners } from "./listeners.js";

/** @typedef {import("../wire.js").CallFigures} CallFigures */
/** @typedef {import("../wire.js").GuestShown} GuestShown */
/** @typedef {import("../wire.js").PersonSide} PersonSide */
/** @typedef {"none" | "telling" | "connecting" | "listening"} ListeningStage */

/** @type {PersonSide[]} */
const SIDES = ["applicant", "officer"];
/** What did not end with the call. @type {Record<string, "" | "lost" | "other">} */
const OVER = { "": "", left: "", elsewhere: "", expired: "lost", policy: "other" };

/**
 * A supervisor listens to a call from the board: both sides are told first, sound comes once their pages show it, and nothing is
 * sent from here. The end is the service's word.
 */
export class Listening {
  #channel;
  #legs;
  /** @type {GuestShown | null} */
  #guest = null;
  /** What this page listens to; another tab of this person may listen to something else. @type {string | null} */
  #ticket = null;
  /** Why the last one ended, until the next begins. @type {"" | "call" | "lost" | "other"} */
  #over = "";
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {{ channel: import("./channel.js").Channel, parts: import("./call_parts.js").BrowserParts }} use */
  constructor({ channel, parts }) {
    this.#channel = channel;
    this.#legs = new LegPair({
      channel,
      parts,
      shared: {
        certificate: parts.newCertificate().catch(() => null),
        track: () => null,
        sends: () => ({ audio: false, video: false }),
      },
      saves: () => false,
      changed: () => this.#changes.tell(),
    });
    channel.onFrame((frame) => this.#receive(frame));
  }

  /** @returns {ListeningStage} */
  get stage() {
    if (!this.#guest) return this.#ticket === null ? "none" : "telling";
    if (this.#guest.stage !== "admitted") return "telling";
    return SIDES.some((side) => this.#legs.state(side) === "connected") ? "listening" : "connecting";
  }

  /** The consultation whose call is listened to. */
  get ticket() {
    return this.#ticket;
  }

  /** Why listening ended by itself, or "". @returns {"" | "call" | "lost" | "other"} */
  get over() {
    return this.#over;
  }

  /** @param {PersonSide} side */
  remote(side) {
    return this.#legs.remote(side);
  }

  /** @param {PersonSide} side @returns {RTCPeerConnectionState} */
  state(side) {
    return this.#legs.state(side);
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** @param {Pick<CallFigures, "id" | "ticket">} call */
  async begin(call) {
    this.#end("");
    this.#ticket = call.ticket;
    this.#changes.tell();
    try {
      await this.#channel.order({ t: "ListenIn", ticket: call.ticket, call: call.id }, { now: true });
    } catch (refusal) {
      if (!this.#guest) this.#ticket = null;
      this.#changes.tell();
      throw refusal;
    }
  }

  async stop() {
    const guest = this.#guest;
    if (!guest) throw new Error("nothing is listened to");
    // Heard no more from the tap on, whenever the service gets to know.
    this.#legs.end();
    await this.#channel.order({ t: "StopListening", ticket: guest.ticket, guest: guest.id });
  }

  /** @param {import("../wire.js").ServerFrame} frame */
  #receive(frame) {
    if (frame.t === "WelcomeSupervisor") this.#welcome(frame);
    else if (frame.t === "GuestChanged") this.#told(frame.guest);
    else if (frame.t === "LegChanged") {
      if (frame.leg.ticket === this.#ticket) this.#legs.take(frame.leg);
    } else return this.#legs.receive(frame);
    this.#changes.tell();
  }

  /** @param {import("../wire.js").WelcomeSupervisor} welcome */
  #welcome({ listening = null, legs = [] }) {
    if (this.#guest && !listening) this.#end("expired");
    if (!listening) return;
    this.#guest = listening;
    this.#ticket = listening.ticket;
    this.#legs.welcome(legs);
  }

  /** @param {GuestShown} guest */
  #told(guest) {
    if (guest.ticket !== this.#ticket || (this.#guest && guest.revision < this.#guest.revision)) return;
    this.#guest = guest;
    if (guest.stage === "ended") this.#end(guest.ended_reason ?? "");
  }

  /** @param {string} reason */
  #end(reason) {
    this.#legs.end();
    this.#guest = null;
    this.#ticket = null;
    this.#over = OVER[reason] ?? "call";
  }
}

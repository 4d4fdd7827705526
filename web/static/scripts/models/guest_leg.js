// @ts-check
import { Leg } from "./leg.js";
import { Alarm } from "./timers.js";

/** @typedef {import("../wire.js").LegShown} LegShown */
/** @typedef {import("../wire.js").PersonSide} PersonSide */
/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   parts: import("./call_parts.js").BrowserParts,
 *   shared: Pick<import("./leg_parts.js").LegParts, "certificate" | "track" | "sends">,
 *   between: PersonSide,
 *   guest: string,
 *   ticket: string,
 *   call: string,
 *   saves: () => boolean,
 *   spares: boolean,
 *   changed: () => void,
 * }} GuestLegParts `spares`: pictures go out only while they matter: to an interpreter, once the guest's camera is on, or a shared screen
 */

const JOIN_AGAIN_MS = 3_000;

/** One end of the leg between a guest and a side: takes part, connects as the service says, and comes back while it is wanted. */
export class GuestLeg {
  #use;
  #leg;
  /** @type {LegShown | null} */
  #shown = null;
  /** The first generation that this page connects for; earlier ones are of its life before. */
  #from = 0;
  #closed = false;
  #wasUp = false;
  #gave = false;
  #again;

  /** @param {GuestLegParts} use */
  constructor(use) {
    this.#use = use;
    this.#again = new Alarm(use.parts.timers);
    const join = () => this.join();
    this.#leg = new Leg({
      certificate: use.shared.certificate,
      track: (kind) => (kind === "video" && !this.#gives ? null : use.shared.track(kind)),
      sends: () => ({ ...use.shared.sends(), ...(this.#gives ? {} : { video: false }) }),
      parts: use.parts,
      send: (frame) => use.channel.send(frame),
      changed: () => this.#changed(),
      connected: () => (this.#wasUp = true),
      renew: join,
      lost: join,
      stepDown: () => {},
      left: () => this.#leg.disconnect(),
      stepped: () => {},
    });
  }

  get state() {
    return this.#leg.state;
  }

  get remote() {
    return this.#leg.remote;
  }

  /** Sent and received over this leg. */
  get bytes() {
    return this.#leg.quality.bytes;
  }

  get call() {
    return this.#use.call;
  }

  /** Takes part from this page, over a new connection. */
  join() {
    const { channel, ticket, call, guest, between } = this.#use;
    const generation = this.#shown?.generation ?? 0;
    if (this.#shown?.taken_by === channel.notes.id) this.#from = generation + 1;
    channel.order({ t: "JoinLeg", ticket, call, guest, between, generation }).catch(() => this.#joinLater());
  }

  /** What the service tells. @param {LegShown} shown */
  take(shown) {
    if (this.#closed || shown.call !== this.#use.call || shown.between !== this.#use.between) return;
    if (this.#shown && shown.revision < this.#shown.revision) return;
    this.#shown = shown;
    const here = shown.ready && shown.taken_by === this.#use.channel.notes.id && shown.generation >= this.#from;
    if (here && shown.generation === this.#leg.generation) void this.#leg.refresh(legTold(shown, this.#wasUp));
    else if (here) void this.#leg.connect(legTold(shown, this.#wasUp));
    else if (shown.generation > this.#leg.generation) this.#leg.disconnect();
    this.#changed();
  }

  /** @param {import("../wire.js").ServerFrame} frame */
  receive(frame) {
    if (frame.t === "LegChanged") this.take(frame.leg);
    else this.#leg.receive(frame);
  }

  /** @param {import("./capture.js").Kind} kind */
  plug(kind) {
    this.#leg.plug(kind);
  }

  /** @param {boolean} moved */
  lineIsBack(moved) {
    this.#leg.lineIsBack(moved);
  }

  seenAgain() {
    this.#leg.seenAgain();
  }

  leavesPage() {
    this.#leg.leavesPage();
  }

  networkChanged() {
    this.#leg.networkChanged();
  }

  close() {
    this.#closed = true;
    this.#again.clear();
    this.#leg.close();
  }

  /** This end's picture goes out. */
  get #gives() {
    const { spares, shared } = this.#use;
    return !spares || this.#shown?.media === "video" || this.#leg.remote.video || shared.sends().screen === true;
  }

  #changed() {
    if (this.#closed) return;
    this.#leg.quality.save(this.#use.saves());
    if (this.#gave !== this.#gives) {
      this.#gave = this.#gives;
      this.#leg.plug("video");
    }
    this.#use.changed();
  }

  /** Refused just now: the call may have ended and its end not been told here yet. */
  #joinLater() {
    if (!this.#closed) this.#again.set(JOIN_AGAIN_MS, () => this.join());
  }
}

/** A leg as the service tells it. @param {LegShown} shown @param {boolean} again it was up before @returns {import("./leg_parts.js").LegTold} */
function legTold(shown, again) {
  return {
    about: { ticket: shown.ticket, call: shown.call, generation: shown.generation, leg: shown.id },
    polite: shown.polite ?? false,
    pictures: shown.media === "video",
    again,
    rung: "direct",
    next: null,
    oneWay: shown.listens ? (shown.polite ? "in" : "out") : undefined,
    servers: shown,
  };
}

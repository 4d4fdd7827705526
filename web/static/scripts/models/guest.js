// @ts-check
import { Capture } from "./capture.js";
import { GuestLeg } from "./guest_leg.js";
import { Listeners } from "./listeners.js";

/** @typedef {import("../wire.js").GuestShown} GuestShown */
/** @typedef {import("../wire.js").LegShown} LegShown */
/** @typedef {import("../wire.js").PersonSide} PersonSide */
/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {{ channel: import("./channel.js").Channel, guestId: string, parts: import("./call_parts.js").BrowserParts }} GuestParts */
/** @typedef {"unknown" | "asking" | "admitted" | "ended"} GuestStageShown */

/** A third person's page: waits to be let in, then has a leg to each of the two sides. It knows no conversation. */
export class GuestModel {
  #use;
  #capture;
  #certificate;
  #opened = false;
  /** @type {GuestShown | null} */
  #guest = null;
  /** @type {Record<PersonSide, string>} */
  #names = { applicant: "", officer: "" };
  /** @type {Map<PersonSide, GuestLeg>} */
  #legs = new Map();
  #saving;
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {GuestParts} use */
  constructor(use) {
    const { channel, parts } = use;
    this.#use = use;
    this.#saving = parts.savesData();
    this.#capture = new Capture(parts, (kind) => {
      for (const leg of this.#legs.values()) leg.plug(kind);
      this.#changes.tell();
    });
    this.#certificate = parts.newCertificate().catch(() => null);
    channel.holdings = { seqs: () => ({}), revision: () => null };
    channel.onFrame((frame) => this.#receive(frame));
    channel.onState(({ name }) => name === "online" && this.#each((leg) => leg.lineIsBack(channel.moved)));
    parts.onNetworkChange(() => this.#each((leg) => leg.networkChanged()));
    parts.onReturn(() => this.#each((leg) => leg.seenAgain()));
    parts.onLeave(() => this.#each((leg) => leg.leavesPage()));
  }

  /** @returns {GuestStageShown} */
  get stage() {
    const stage = this.#guest?.stage;
    return stage === undefined || stage === "invited" ? "unknown" : stage;
  }

  get guest() {
    return this.#guest;
  }

  /** This page takes part in a call. */
  get inCall() {
    return this.#legs.size > 0;
  }

  /** @returns {import("./call_media.js").LocalShown} */
  get local() {
    const { stream, problem } = this.#capture;
    return { stream, audio: this.#capture.sends("audio"), video: this.#capture.sends("video"), problem };
  }

  /** @param {PersonSide} side */
  nameOf(side) {
    return this.#names[side];
  }

  /** @param {PersonSide} side */
  remote(side) {
    return this.#legs.get(side)?.remote ?? null;
  }

  /** @param {PersonSide} side @returns {RTCPeerConnectionState} */
  state(side) {
    return this.#legs.get(side)?.state ?? "new";
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** @param {boolean} on */
  mute(on) {
    this.#capture.mute(on);
  }

  /** @param {boolean} on */
  camera(on) {
    return this.#capture.camera(on);
  }

  leave() {
    const guest = this.#guest;
    if (!guest) return Promise.reject(new Error("not welcomed yet"));
    return this.#use.channel.order({ t: "LeaveCall", ticket: guest.ticket, guest: guest.id });
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    if (frame.t === "WelcomeGuest") this.#welcome(frame);
    else if (frame.t === "GuestChanged") this.#told(frame.guest);
    else if (frame.t === "LegChanged") this.#takeLeg(frame.leg);
    else if (frame.t === "LegsEnded") this.#endLegs(frame.call);
    else this.#each((leg) => leg.receive(frame));
  }

  /** @param {import("../wire.js").WelcomeGuest} welcome */
  #welcome({ guest, legs = [], officer_name: officer = "", applicant_name: applicant = "" }) {
    this.#guest = guest;
    this.#names = { officer, applicant };
    const calls = new Set(legs.map(({ call }) => call));
    for (const [side, leg] of this.#legs) if (!calls.has(leg.call)) this.#drop(side);
    // Nobody is seen or heard before; but the browser's question comes while there is time to answer it.
    if (!this.#opened) void this.#capture.start(guest.role === "interpreter");
    this.#opened = true;
    for (const leg of legs) this.#takeLeg(leg);
    this.#changes.tell();
  }

  /** @param {GuestShown} guest */
  #told(guest) {
    if (this.#guest && guest.revision < this.#guest.revision) return;
    const before = this.#guest?.stage;
    this.#guest = guest;
    if (guest.stage === "ended") this.#end();
    // The names of the two come with a new welcome.
    else if (guest.stage === "admitted" && before !== "admitted") this.#use.channel.refresh();
    this.#changes.tell();
  }

  /** @param {LegShown} shown */
  #takeLeg(shown) {
    const held = this.#legs.get(shown.between);
    if (held?.call === shown.call) return held.take(shown);
    this.#drop(shown.between);
    const { channel, parts } = this.#use;
    const leg = new GuestLeg({
      channel,
      parts,
      shared: {
        certificate: this.#certificate,
        track: (kind) => this.#capture.track(kind),
        sends: () => ({ audio: this.local.audio, video: this.local.video }),
      },
      between: shown.between,
      guest: shown.guest,
      ticket: shown.ticket,
      call: shown.call,
      saves: () => this.#saving,
      spares: false,
      changed: () => this.#changes.tell(),
    });
    this.#legs.set(shown.between, leg);
    channel.watchClosely(this, true);
    leg.take(shown);
    leg.join();
    this.#changes.tell();
  }

  /** @param {string} call */
  #endLegs(call) {
    for (const [side, leg] of this.#legs) if (leg.call === call) this.#drop(side);
    this.#changes.tell();
  }

  #end() {
    for (const side of [...this.#legs.keys()]) this.#drop(side);
    this.#capture.close();
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

// @ts-check
import { GuestLeg } from "./guest_leg.js";
import { Listeners } from "./listeners.js";
import { base64url, sha256Hex } from "./secret.js";

/** @typedef {import("../wire.js").GuestShown} GuestShown */
/** @typedef {import("../wire.js").GuestRole} GuestRole */
/** @typedef {import("../wire.js").LegShown} LegShown */
/** @typedef {import("./call_parts.js").CallParts & { call: import("./call.js").Call }} SeatParts */

const NOTE = "guest";
const LISTENER = "supervisor";
const LIVE = new Set(["connecting", "connected", "reconnecting"]);

/** A third person in a consultation's call, as one of its two sides sees it: inviting, letting in, and this side's leg. */
export class ThirdSeat {
  #use;
  /** @type {GuestShown | null} */
  #guest = null;
  /** @type {LegShown | null} */
  #shown = null;
  /** @type {GuestLeg | null} */
  #leg = null;
  /** The listener that this page has acknowledged. */
  #acknowledged = "";
  /** The own media that the leg shares. @type {import("./call_media.js").CallMedia | null} */
  #media = null;
  /** @type {(() => void) | null} */
  #uncaptured = null;
  /** @type {(() => void)[]} */
  #stops;
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {SeatParts} use */
  constructor(use) {
    this.#use = use;
    this.#stops = [
      use.channel.onFrame((frame) => this.#receive(frame)),
      use.channel.onState(({ name }) => name === "online" && this.#leg?.lineIsBack(use.channel.moved)),
      use.call.onChange(() => this.#follow()),
      use.parts.onNetworkChange(() => this.#leg?.networkChanged()),
      use.parts.onReturn(() => this.#leg?.seenAgain()),
      use.parts.onLeave(() => this.#leg?.leavesPage()),
    ];
  }

  /** Who is invited, asks or takes part; null: nobody. */
  get guest() {
    return this.#guest?.stage === "ended" ? null : this.#guest;
  }

  /** The supervisor who listens, or is about to. @returns {GuestShown | null} */
  get listener() {
    return this.guest?.role === LISTENER ? this.guest : null;
  }

  /** Who has the chair, if anybody, can be asked something: a supervisor who listens cannot, nor who is not connected yet. */
  get canAnswer() {
    return this.listener === null && (this.guest?.stage !== "admitted" || this.state === "connected");
  }

  /** This side has said yes. */
  get admittedHere() {
    return this.#guest?.admitted_by?.includes(this.#use.side) ?? false;
  }

  /** The guest's picture and sound; null while it does not take part here, and of who only listens. */
  get remote() {
    return this.listener ? null : (this.#leg?.remote ?? null);
  }

  /** @returns {RTCPeerConnectionState} */
  get state() {
    return this.#leg?.state ?? "new";
  }

  /** The guest cannot be reached from here, though it was tried for long. */
  get noPath() {
    return this.#leg?.noPath ?? false;
  }

  /** The digits to read aloud with the guest, or "". */
  get code() {
    return this.#leg?.code ?? "";
  }

  /** Somebody may stand between the guest and this page. */
  get codeIsWrong() {
    return this.#leg?.codeIsWrong ?? false;
  }

  /** The secret of the invitation, where this page made it. @returns {string | null} */
  get secret() {
    const [id, secret] = this.#use.channel.notes.note(this.#note)?.split(" ") ?? [];
    return this.guest?.stage === "invited" && (id === this.guest.id || id === "") ? (secret ?? null) : null;
  }

  /** Whom this side may invite. @returns {GuestRole[]} */
  get roles() {
    return this.#use.side === "officer" ? ["interpreter", "colleague", "companion"] : ["companion"];
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** The secret stays here: the service learns it only from whoever uses the link. @param {GuestRole} role */
  async invite(role) {
    const secret = base64url(this.#use.parts.randomBytes(32));
    this.#use.channel.notes.setNote(this.#note, ` ${secret}`);
    const secret_hash = await sha256Hex(secret);
    await this.#use.channel.order({ t: "InviteGuest", ticket: this.#use.ticket, role, secret_hash }, { now: true });
    this.#changes.tell();
  }

  admit() {
    return this.#order("AdmitGuest");
  }

  dismiss() {
    return this.#order("DismissGuest");
  }

  /** What a welcome tells. @param {GuestShown | null} guest @param {LegShown | null} leg */
  take(guest, leg) {
    this.#guest = guest;
    this.#shown = leg;
    this.#changes.tell();
    this.#follow();
  }

  close() {
    for (const stop of this.#stops) stop();
    this.#drop();
  }

  get #note() {
    return `${NOTE}:${this.#use.ticket}`;
  }

  /** @param {"AdmitGuest" | "DismissGuest"} t */
  #order(t) {
    const guest = this.#guest;
    if (!guest) return Promise.reject(new Error("there is no guest"));
    return this.#use.channel.order({ t, ticket: guest.ticket, guest: guest.id });
  }

  /** @param {import("../wire.js").ServerFrame} frame */
  #receive(frame) {
    if (frame.t === "GuestChanged" && frame.guest.ticket === this.#use.ticket) this.#told(frame.guest);
    else if (frame.t === "LegChanged" && frame.leg.ticket === this.#use.ticket) {
      this.#shown = frame.leg;
      this.#leg?.take(frame.leg);
    } else this.#leg?.receive(frame);
  }

  /** @param {GuestShown} guest */
  #told(guest) {
    // Two processes told it; the older news came last.
    if (this.#guest && guest.revision < this.#guest.revision) return;
    this.#guest = guest;
    if (guest.stage !== "invited") this.#use.channel.notes.setNote(this.#note, null);
    this.#changes.tell();
    this.#follow();
  }

  /** The leg lives while the guest is let in and this page takes part in the call. */
  #follow() {
    const { call } = this.#use;
    const { media } = call;
    const wanted = this.#guest?.stage === "admitted" && call.here && LIVE.has(call.stage) && media !== null;
    const fits = this.#leg !== null && media === this.#media && this.#leg.call === call.shown?.id;
    if (this.#leg && !(wanted && fits)) this.#drop();
    if (wanted && !this.#leg) this.#begin(/** @type {import("./call_media.js").CallMedia} */ (media));
    this.#leg?.saveData();
    this.#acknowledge();
  }

  /** The page in the call has drawn that somebody listens: no sound goes there before both sides have said so. */
  #acknowledge() {
    const { channel, call } = this.#use;
    const { listener } = this;
    if (listener?.stage !== "asking" || this.admittedHere || !call.here || this.#acknowledged === listener.id) return;
    this.#acknowledged = listener.id;
    channel.order({ t: "AcknowledgeListener", ticket: listener.ticket, guest: listener.id }).catch(() => (this.#acknowledged = ""));
  }

  /** @param {import("./call_media.js").CallMedia} media */
  #begin(media) {
    const { channel, parts, side, ticket, call } = this.#use;
    const guest = this.#guest?.id ?? "";
    const shared = { channel, parts, shared: media.shared, between: side, guest, ticket, call: call.shown?.id ?? "" };
    const saves = () => call.quality.saving;
    const leg = new GuestLeg({ ...shared, saves, spares: true, changed: () => this.#changes.tell() });
    this.#leg = leg;
    this.#media = media;
    this.#uncaptured = media.captured.add((kind) => leg.plug(kind));
    if (this.#shown) leg.take(this.#shown);
    leg.join();
  }

  #drop() {
    this.#uncaptured?.();
    this.#uncaptured = null;
    this.#leg?.close();
    this.#leg = null;
    this.#media = null;
    this.#changes.tell();
  }
}

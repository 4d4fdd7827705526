// @ts-check
import { CallChoices } from "./call_choices.js";
import { Capture } from "./capture.js";
import { GuestQuality } from "./guest_quality.js";
import { LegPair } from "./leg_pair.js";
import { Listeners } from "./listeners.js";
import { Recording } from "./recording.js";

/** @typedef {import("../wire.js").GuestShown} GuestShown */
/** @typedef {import("../wire.js").PersonSide} PersonSide */
/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {{ channel: import("./channel.js").Channel, guestId: string, parts: import("./call_parts.js").BrowserParts }} GuestParts */
/** @typedef {"unknown" | "asking" | "admitted" | "ended"} GuestStageShown */

/** A third person's page: waits to be let in, then has a leg to each of the two sides. It knows no conversation. */
export class GuestModel {
  #use;
  #capture;
  #opened = false;
  /** @type {GuestShown | null} */
  #guest = null;
  /** @type {Record<PersonSide, string>} */
  #names = { applicant: "", officer: "" };
  #legs;
  /** @type {Recording | null} */
  #recording = null;
  /** @type {Listeners<void>} */
  #changes = new Listeners();
  /** What the person chose, over a reload. */
  choices;
  /** What this page may cost, and did. */
  quality;

  /** @param {GuestParts} use */
  constructor(use) {
    const { channel, parts } = use;
    this.#use = use;
    this.choices = new CallChoices(channel.notes);
    this.#capture = new Capture(parts, (kind) => {
      this.#legs.plug(kind);
      this.#captured();
    });
    this.#capture.restore(this.choices.read());
    const call = () => this.#legs.call;
    this.quality = new GuestQuality({ notes: channel.notes, savesData: parts.savesData(), call, changed: () => this.#saves() });
    parts.onLeave(() => this.quality.leavesPage());
    this.#legs = new LegPair({
      channel,
      parts,
      shared: {
        certificate: parts.newCertificate().catch(() => null),
        track: (kind) => this.#capture.track(kind),
        sends: () => ({ audio: this.local.audio, video: this.local.video }),
        counted: (bytes) => this.quality.counted(bytes),
      },
      saves: () => this.quality.saving,
      changed: () => this.#changes.tell(),
    });
    channel.holdings = { seqs: () => ({}), revision: () => null };
    channel.onFrame((frame) => this.#receive(frame));
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
  get here() {
    return this.#legs.size > 0;
  }

  /** Microphone and camera to choose from. */
  get devices() {
    return this.#capture;
  }

  /** Whether the call is recorded, and this person's own yes or no; null before the welcome. */
  get recording() {
    return this.#recording;
  }

  /** @returns {import("./call_media.js").LocalShown} */
  get local() {
    return this.#capture.shown;
  }

  /** @param {PersonSide} side */
  nameOf(side) {
    return this.#names[side];
  }

  /** @param {PersonSide} side */
  remote(side) {
    return this.#legs.remote(side);
  }

  /** @param {PersonSide} side @returns {RTCPeerConnectionState} */
  state(side) {
    return this.#legs.state(side);
  }

  /** The digits to read aloud with that side, or "". @param {PersonSide} side */
  code(side) {
    return this.#legs.code(side);
  }

  /** Somebody may stand between that side and this page. @param {PersonSide} side */
  codeIsWrong(side) {
    return this.#legs.codeIsWrong(side);
  }

  /** It was tried in vain for so long that people should hear of it. @param {PersonSide} side */
  noPath(side) {
    return this.#legs.noPath(side);
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
    this.choices.keep({ camera: on });
    return this.#capture.camera(on);
  }

  /** Once more for the devices that could not be had. */
  askForDevices() {
    return this.#capture.again();
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
    else if (frame.t === "LegChanged") this.#legs.take(frame.leg);
    else if (frame.t === "LegsEnded") this.#legs.end(frame.call);
    else return this.#legs.receive(frame);
    this.#changes.tell();
  }

  /** @param {import("../wire.js").WelcomeGuest} welcome */
  #welcome({ guest, legs = [], officer_name: officer = "", applicant_name: applicant = "", recording = null }) {
    this.#guest = guest;
    this.#names = { officer, applicant };
    // Nobody is seen or heard before; but the browser's question comes while there is time to answer it.
    if (!this.#opened) void this.#capture.start(this.choices.read().camera ?? guest.role === "interpreter");
    this.#opened = true;
    // Before the legs: with them the stage is drawn, which shows it.
    this.#recording ??= this.#newRecording(guest.ticket);
    this.#recording.take(recording);
    this.#legs.welcome(legs);
  }

  #captured() {
    const { muted, chosen: devices } = this.#capture;
    this.choices.keep({ muted, devices });
    this.#changes.tell();
  }

  #saves() {
    this.#legs.saveData();
    this.#changes.tell();
  }

  /** @param {string} ticket */
  #newRecording(ticket) {
    const legs = this.#legs;
    const call = {
      get shown() {
        return legs.call === null ? null : { id: legs.call, stage: "connected" };
      },
      get here() {
        return legs.size > 0;
      },
      stage: /** @type {const} */ ("connected"),
      onChange: (/** @type {() => void} */ listener) => this.onChange(listener),
    };
    return new Recording({ channel: this.#use.channel, ticket, side: "guest", call, seat: null });
  }

  /** @param {GuestShown} guest */
  #told(guest) {
    if (this.#guest && guest.revision < this.#guest.revision) return;
    const before = this.#guest?.stage;
    this.#guest = guest;
    if (guest.stage === "ended") this.#end();
    // The names of the two come with a new welcome.
    else if (guest.stage === "admitted" && before !== "admitted") this.#use.channel.refresh();
  }

  #end() {
    this.#legs.end();
    this.#capture.close();
  }
}

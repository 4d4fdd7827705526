// @ts-check
import { Capture } from "./capture.js";
import { nextRung } from "./ice.js";
import { Leg } from "./leg.js";
import { Listeners } from "./listeners.js";
import { Screen } from "./screen.js";

/** @typedef {import("../wire.js").CallShown} CallShown */
/** @typedef {import("./capture.js").Problem} Problem */
/** @typedef {import("./capture.js").Kind} Kind */
/** @typedef {import("./leg_parts.js").LegParts} LegParts */
/** @typedef {import("./remote.js").RemoteShown} RemoteShown */
/** @typedef {{ stream: MediaStream | null, audio: boolean, video: boolean, screen?: boolean, problem: Problem, replaced?: import("./capture.js").Replaced | null }} LocalShown `video`: the camera is on; `screen`: the screen is shared in its place */
/** @typedef {Omit<LegParts, "certificate" | "track" | "sends" | "counted"> & { counted: (bytes: number) => void, shared: (on: boolean) => void }} CallMediaParts `shared`: the screen is shared, or no longer */

/** The media of one call on this page: own devices, and the leg to the other side. Legs to a guest share the devices. */
export class CallMedia {
  #capture;
  #screen;
  #counted;
  #leg;
  /** @type {CallShown | null} */
  #call = null;
  /** One for the page: the service lets no other in during a generation. @type {Promise<RTCCertificate | null>} */
  #certificate;
  /** A track of this side came, went, or was muted. @type {Listeners<Kind>} */
  captured = new Listeners();

  /** @param {CallMediaParts} use */
  constructor(use) {
    /** @param {Kind} kind */
    const changed = (kind) => {
      this.#leg.plug(kind);
      this.captured.tell(kind);
      use.changed();
    };
    this.#capture = new Capture(use.parts, (kind) => {
      if (kind === "audio") this.#screen.hear();
      changed(kind);
    });
    this.#screen = new Screen({
      parts: use.parts,
      voice: () => this.#capture.track("audio"),
      plug: () => changed("video"),
      changed: use.changed,
      told: use.shared,
    });
    this.#counted = use.counted;
    this.#certificate = use.parts.newCertificate().catch(() => null);
    this.#leg = new Leg({ ...use, ...this.shared });
  }

  /** What every leg of this page has in common. @returns {Pick<LegParts, "certificate" | "track" | "sends" | "counted">} */
  get shared() {
    return {
      certificate: this.#certificate,
      counted: this.#counted,
      track: (kind) => (kind === "video" && this.#screen.track) || this.#capture.track(kind),
      sends: () => {
        const { audio, video, screen = false } = this.local;
        return { audio, video: video || screen, screen };
      },
    };
  }

  get state() {
    return this.#leg.state;
  }

  /** @returns {LocalShown} */
  get local() {
    const { shown } = this.#capture;
    const screen = this.#screen.stream;
    return { ...shown, stream: screen ?? shown.stream, screen: screen !== null };
  }

  get remote() {
    return this.#leg.remote;
  }

  get quality() {
    return this.#leg.quality;
  }

  /** What is being tried, for people who wait. @returns {"first" | "another" | "audio"} */
  get tries() {
    if (this.#call?.rung === "audio") return "audio";
    return this.#call?.rung === "relay" || this.#leg.isSlow ? "another" : "first";
  }

  /** The same digits on both pages, unless somebody stands between them. */
  get code() {
    return this.#leg.code;
  }

  /** Somebody stands between the two pages. */
  get codeIsWrong() {
    return this.#leg.codeIsWrong;
  }

  /** The generation of the call this page is connected for. */
  get generation() {
    return this.#call?.generation ?? 0;
  }

  /** @param {boolean} video */
  openDevices(video) {
    return this.#capture.start(video);
  }

  /** @param {boolean} on */
  mute(on) {
    this.#capture.mute(on);
  }

  /** @param {boolean} on */
  camera(on) {
    return this.#capture.camera(on);
  }

  /** This side's microphone and camera, to choose from. */
  get devices() {
    return this.#capture;
  }

  /** What is shared of this side's screen. */
  get screen() {
    return this.#screen;
  }

  /** Connects for the call's present generation. @param {CallShown} call */
  connect(call) {
    this.#call = call;
    return this.#leg.connect(toldOf(call));
  }

  /** @param {import("../wire.js").ServerFrame} frame */
  receive(frame) {
    this.#leg.receive(frame);
  }

  /** The same generation, with servers whose credentials are fresh. @param {CallShown} call */
  refresh(call) {
    return this.#leg.refresh(toldOf(call));
  }

  /** The line to the service is back. @param {boolean} moved from another address */
  lineIsBack(moved) {
    this.#leg.lineIsBack(moved);
  }

  /** Somebody looks at the page again. */
  seenAgain() {
    this.#leg.seenAgain();
  }

  /** The page goes, perhaps to come back. */
  leavesPage() {
    this.#leg.leavesPage();
  }

  /** This machine's address may have changed. */
  networkChanged() {
    this.#leg.networkChanged();
  }

  close() {
    this.#leg.close();
    this.#call = null;
    this.#screen.close();
    this.#capture.close();
  }
}

/** @param {CallShown} call @returns {import("./leg_parts.js").LegTold} */
function toldOf(call) {
  return {
    about: { ticket: call.ticket, call: call.id, generation: call.generation },
    polite: call.polite ?? false,
    pictures: (call.accepted_media ?? call.media) === "video",
    again: Boolean(call.connected_at),
    rung: call.rung ?? "direct",
    next: nextRung(call),
    servers: call,
  };
}

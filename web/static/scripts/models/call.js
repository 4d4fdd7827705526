// @ts-check
import { CallChoices } from "./call_choices.js";
import { CallMedia } from "./call_media.js";
import { CallNote } from "./call_note.js";
import { CallQuality } from "./call_quality.js";
import { CallScreen } from "./call_screen.js";
import { Listeners } from "./listeners.js";

/** @typedef {import("../wire.js").CallShown} CallShown */
/** @typedef {import("../wire.js").Media} Media */
/** @typedef {"none" | "ringing" | "connecting" | "connected" | "reconnecting" | "ended"} CallStageShown */

const REPLACED = 4009;

/** The call of one conversation as this page sees it. The service owns its life; this page owns its own media. */
export class Call {
  #use;
  #note;
  /** @type {CallShown | null} */
  #shown = null;
  /** @type {CallMedia | null} */
  #media = null;
  /** The call this page takes part in. @type {string | null} */
  #here = null;
  #rings = false;
  /** The first generation that this page connects for; earlier ones are another page's. */
  #from = 0;
  #revision = 0;
  /** The call this person has just ended; the service may not know yet. @type {string | null} */
  #hungUp = null;
  /** @type {(() => void)[]} */
  #stops;
  /** @type {Listeners<void>} */
  #changes = new Listeners();
  /** What the person chose, over calls and reloads. */
  choices;
  /** What this side sends, and at which cost. */
  quality;
  /** Sharing this side's screen. */
  screen;

  /** @param {import("./call_parts.js").CallParts} use */
  constructor(use) {
    this.#use = use;
    this.#note = new CallNote(use.channel.notes);
    this.choices = new CallChoices(use.channel.notes);
    this.quality = new CallQuality(use, () => (this.here ? this.#shown : null), () => this.#changes.tell());
    this.screen = new CallScreen(use, this);
    this.#stops = [
      use.channel.onFrame((frame) => this.#receive(frame)),
      use.channel.onState(({ name, close }) => {
        if (close?.code === REPLACED && name === "stopped") this.#leave();
        if (name === "online") this.#media?.lineIsBack(use.channel.moved);
      }),
      use.parts.onNetworkChange(() => this.#media?.networkChanged()),
      use.parts.onReturn(() => this.#seenAgain()),
      use.parts.onLeave(() => this.#media?.leavesPage()),
      use.parts.onLeave(() => this.quality.leavesPage()),
    ];
  }

  /** @returns {CallStageShown} */
  get stage() {
    if (!this.#shown) return "none";
    const { id, stage } = this.#shown;
    if (id === this.#hungUp) return "ended";
    if (!this.here || stage === "ringing" || stage === "ended") return stage;
    if (this.#media?.state === "connected") return "connected";
    return this.#shown.connected_at ? "reconnecting" : "connecting";
  }

  get shown() {
    return this.#shown;
  }

  /** The other side rang. */
  get incoming() {
    return this.#shown !== null && this.#shown.started_by !== this.#use.side;
  }

  /** This page takes part in the call. */
  get here() {
    return this.#here !== null && this.#here === this.#shown?.id;
  }

  /** This page's devices and connection while it takes part; legs to a guest share the devices. */
  get media() {
    return this.#media;
  }

  /** @returns {import("./call_media.js").LocalShown} */
  get local() {
    return this.#media?.local ?? { stream: null, audio: false, video: false, problem: {} };
  }

  /** @returns {import("./call_media.js").RemoteShown} */
  get remote() {
    return this.#media?.remote ?? { stream: null, audio: false, video: false, paused: false, screen: false };
  }

  /** Microphone and camera to choose from while this page takes part. */
  get devices() {
    return this.#media?.devices ?? null;
  }

  /** What is being tried while the call connects. */
  get tries() {
    return this.#media?.tries ?? "first";
  }

  /** The digits that both people can read aloud, or "". */
  get code() {
    return this.#media?.code ?? "";
  }

  get codeIsWrong() {
    return this.#media?.codeIsWrong ?? false;
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** @param {Media} media */
  async ring(media) {
    const order = this.#use.channel.order({ t: "Ring", ticket: this.#use.ticket, media, ...this.#wish() }, { now: true });
    this.#rings = true;
    this.#openDevices(media);
    try {
      return await order;
    } catch (refusal) {
      this.#rings = false;
      if (!this.here) this.#leave();
      throw refusal;
    }
  }

  /** To be called inside the person's tap. @param {Media} media */
  async accept(media) {
    const call = this.#live();
    this.#takePart(call.id);
    this.#openDevices(media);
    try {
      return await this.#use.channel.order({ t: "AcceptCall", ticket: call.ticket, call: call.id, media, ...this.#wish() });
    } catch (refusal) {
      this.#leave();
      throw refusal;
    }
  }

  decline() {
    const { id, ticket } = this.#live();
    return this.#use.channel.order({ t: "DeclineCall", ticket, call: id });
  }

  hangUp() {
    const { id, ticket } = this.#live();
    this.#hungUp = id;
    this.#leave();
    return this.#use.channel.order({ t: "HangUp", ticket, call: id });
  }

  /** Takes part from this page in a call that goes on. @param {Media} [media] */
  join(media = this.#shown?.accepted_media ?? this.#shown?.media ?? "audio") {
    const call = this.#live();
    this.#from = call.generation + 1;
    this.#takePart(call.id);
    this.#openDevices(media);
    const { id, ticket, generation } = call;
    this.#use.channel.order({ t: "RenewCall", ticket, call: id, generation, ...this.#wish() }).catch(() => {});
    // What was shared before a reload, or from another device, is no longer.
    this.screen.tell(false);
  }

  /** @param {boolean} on */
  mute(on) {
    this.#media?.mute(on);
  }

  /** @param {boolean} on */
  async camera(on) {
    await this.#media?.camera(on);
    this.#remember();
  }

  /** Once more for the devices that could not be had. */
  async askForDevices() {
    await this.#media?.devices.again();
    this.#remember();
  }

  /** What a welcome or a change tells. @param {CallShown | null} shown */
  take(shown) {
    // Two processes told it; the older news came last.
    if (shown && shown.revision < this.#revision) return;
    if (shown) this.#revision = shown.revision;
    this.#shown = shown;
    // Both sides may have rung at once: then this page's ringing was the answer.
    if (shown && this.#rings && shown.taken_by === this.#use.channel.notes.id) {
      this.#rings = false;
      this.#takePart(shown.id);
    }
    if (!shown || shown.stage === "ended") {
      if (!this.#rings) this.#leave();
    } else if (shown.stage !== "ringing") this.#goOn(shown);
    this.#changes.tell();
  }

  /** The conversation leaves the page. */
  close() {
    for (const stop of this.#stops) stop();
    this.#leave();
  }

  /** The call is accepted. @param {CallShown} call */
  #goOn(call) {
    if (this.here) {
      if (call.generation < this.#from) return;
      if (call.taken_by !== this.#use.channel.notes.id) this.#leave();
      else if (this.#media?.generation !== call.generation) this.#connect(call);
      else void this.#media.refresh(call);
    } else if (this.#note.read()?.id === call.id && call.id !== this.#hungUp) {
      this.join(this.#note.read()?.media);
    }
  }

  /** @param {CallShown} call */
  #connect(call) {
    // Who asked for less gets less: a camera nobody wants to see stays off.
    if (call.accepted_media === "audio" && !call.connected_at) this.#media?.camera(false);
    void this.#media?.connect(call);
    this.#changes.tell();
  }

  /** @param {string} id */
  #takePart(id) {
    this.#here = id;
    this.#use.channel.watchClosely(this, true);
    this.#remember();
  }

  #leave() {
    if (this.#here !== null) this.#note.clear();
    // The next call's microphone is on.
    if (this.#here !== null) this.choices.keep({ muted: false });
    this.#here = null;
    this.#from = 0;
    this.#use.channel.watchClosely(this, false);
    this.quality.watch(null);
    this.#media?.close();
    this.#media = null;
    this.#changes.tell();
  }

  /** @param {Media} media */
  #openDevices(media) {
    this.#media?.close();
    this.#media = new CallMedia({
      parts: this.#use.parts,
      check: this.#use.check,
      send: (frame) => this.#use.channel.send(frame),
      changed: () => this.#mediaChanged(),
      connected: () => this.#report("ReportConnected"),
      interrupted: () => this.#report("ReportInterrupted"),
      renew: () => this.#report("RenewCall"),
      stepDown: (rung) => this.#report("RenewCall", { rung }),
      lost: () => this.#lost(),
      left: () => this.#leave(),
      stepped: (report) => this.quality.stepped(report),
      counted: (bytes) => this.quality.counted(bytes),
      shared: (on) => this.screen.tell(on),
    });
    this.#media.devices.restore(this.choices.read());
    this.quality.watch(this.#media.quality);
    void this.#media.openDevices(media === "video").then(() => this.#remember());
  }

  /** What an applicant's page says of its network address, each time that it takes part. @returns {{ hide?: boolean }} */
  #wish() {
    return this.#use.hides ? { hide: this.#use.hides() } : {};
  }

  /** A page that slept may have missed how the call goes on. */
  #seenAgain() {
    if (this.here) this.#use.channel.refresh();
    this.#media?.seenAgain();
  }

  #lost() {
    this.#report("ReportLost");
    this.#leave();
  }

  /** @param {"ReportConnected" | "ReportInterrupted" | "RenewCall" | "ReportLost"} t @param {{ rung?: import("./ice.js").Rung }} [how] */
  #report(t, how = {}) {
    if (!this.#shown) return;
    const { id, ticket, generation } = this.#shown;
    // The other side may have reported it first, or the call is over: both are fine.
    this.#use.channel.order({ t, ticket, call: id, generation, ...how }).catch(() => {});
  }

  #mediaChanged() {
    const devices = this.#media?.devices;
    if (this.here && devices) this.choices.keep({ muted: devices.muted, devices: devices.chosen });
    this.#changes.tell();
  }

  #remember() {
    if (this.#here !== null) this.#note.write(this.#here, this.local.video ? "video" : "audio");
  }

  #live() {
    if (!this.#shown || this.#shown.stage === "ended") throw new Error("there is no call");
    return this.#shown;
  }

  /** @param {import("../wire.js").ServerFrame} frame */
  #receive(frame) {
    if (frame.t === "CallChanged" && frame.call.ticket === this.#use.ticket) this.take(frame.call);
    else this.#media?.receive(frame);
  }
}

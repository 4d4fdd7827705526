// @ts-check
import { Flow } from "./flow.js";
import { configurationOf } from "./ice.js";
import { Peer } from "./peer.js";
import { firstLevel } from "./quality.js";
import { QualityWatch } from "./quality_watch.js";
import { Recovery } from "./recovery.js";
import { shortCode } from "./short_code.js";
import { Alarm } from "./timers.js";

/** @typedef {import("./capture.js").Kind} Kind */
/** @typedef {import("./channel.js").Ephemeral} Ephemeral */
/** @typedef {import("./quality.js").Level} Level */
/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {{ stream: MediaStream | null, audio: boolean, video: boolean, paused: boolean }} RemoteShown `paused`: no picture on a weak network */
/**
 * What one leg of a call is made of: the call itself between its two sides, or a guest's leg with one of them.
 * @typedef {{
 *   about: { ticket: string, call: string, generation: number, leg?: string },
 *   polite: boolean,
 *   pictures: boolean,
 *   again: boolean,
 *   rung: import("../wire.js").CallShown["rung"] & string,
 *   next: import("./ice.js").Rung | null,
 *   servers: Pick<import("../wire.js").CallShown, "ice_servers" | "relay_only" | "ice_seconds">,
 * }} LegTold `pictures`: are expected from there; `again`: it was up before; `next`: what this side is to try when no path is found
 */
/**
 * @typedef {{
 *   parts: import("./call_parts.js").BrowserParts,
 *   check?: import("./call_parts.js").CallParts["check"],
 *   certificate: Promise<RTCCertificate | null>,
 *   track: (kind: Kind) => MediaStreamTrack | null,
 *   sends: () => { audio: boolean, video: boolean },
 *   send: (frame: Ephemeral) => void,
 *   changed: () => void,
 *   connected: () => void,
 *   renew: () => void,
 *   stepDown: (rung: import("./ice.js").Rung) => void,
 *   lost: () => void,
 *   left: () => void,
 *   stepped: import("./quality_watch.js").WatchParts["stepped"],
 * }} LegParts `renew`: no path is found over this connection; `left`: another tab of this side has taken the leg
 */

// The other side's line may be cut just when this side mutes; said again, it is known there soon after.
const TELL_AGAIN_MS = 5_000;
// New credentials are asked for after this part of the old ones' time.
const FRESH_FOR = 0.7;

/** The way to one other person of a call and what comes from there; own devices are shared between legs. */
export class Leg {
  #use;
  /** @type {Peer | null} */
  #peer = null;
  /** @type {Recovery | null} */
  #recovery = null;
  /** @type {Flow | null} */
  #flow = null;
  /** @type {LegTold | null} */
  #told = null;
  #remote;
  /** Frames for a connection that is about to be made. @type {ServerFrame[]} */
  #early = [];
  /** What both people can read aloud. */
  #code = "";
  #tellAgain;
  #freshServers;
  #theirs = { audio: true, video: true, paused: false };
  /** The other side's page has gone, perhaps to come back. */
  #theyAreAway = false;
  /** What this side sends over this leg, and at which cost. */
  quality;

  /** @param {LegParts} use */
  constructor(use) {
    this.#use = use;
    this.#remote = use.parts.newStream();
    this.#tellAgain = new Alarm(use.parts.timers);
    this.#freshServers = new Alarm(use.parts.timers);
    this.quality = new QualityWatch({
      timers: use.parts.timers,
      first: firstLevel(use.parts.networkKind(), use.check?.()),
      statistics: () => this.#peer?.stats() ?? null,
      connected: () => this.state === "connected",
      looked: () => this.#peer?.sendAt(this.quality.level),
      changed: (before) => this.#levelChanged(before),
      stepped: use.stepped,
    });
  }

  get state() {
    return this.#flow?.silent || this.#theyAreAway ? "disconnected" : (this.#peer?.state ?? "new");
  }

  /** @returns {RemoteShown} */
  get remote() {
    return { stream: this.#remote, ...this.#theirs };
  }

  /** People have waited for some seconds. */
  get isSlow() {
    return this.#recovery?.isSlow ?? false;
  }

  /** The same digits on both pages, unless somebody stands between them. */
  get code() {
    return this.#code;
  }

  /** The generation this page is connected for; 0: none. */
  get generation() {
    return this.#told?.about.generation ?? 0;
  }

  /** Connects for the present generation. @param {LegTold} told */
  async connect(told) {
    this.disconnect();
    this.#told = told;
    const certificate = await this.#use.certificate;
    if (told !== this.#told) return;
    this.#begin(told, certificate);
    for (const frame of this.#early.splice(0)) this.receive(frame);
  }

  /** The same generation, with servers whose credentials are fresh. @param {LegTold} told */
  async refresh(told) {
    const certificate = await this.#use.certificate;
    if (!this.#peer || told.about.generation !== this.generation) return;
    this.#peer.configure(configurationOf(told.servers, certificate));
    this.#keepServersFresh(told);
  }

  /** Takes what concerns this connection. @param {ServerFrame} frame */
  receive(frame) {
    if (!("generation" in frame) || !("call" in frame) || !this.#isMine(frame)) return;
    if (!this.#peer) this.#early.push(frame);
    else if (frame.t === "DescriptionRelayed") this.#peer.describe(frame.kind, frame.sdp);
    else if (frame.t === "CandidateRelayed") this.#peer.candidate(frame);
    else if (frame.t === "MediaStateTold") this.#heard(frame);
    else if (frame.t === "RestartAsked") this.#recovery?.asked();
  }

  /** A track of this side came, went, or was muted. @param {Kind} kind */
  plug(kind) {
    this.#peer?.plug(kind);
    this.tellState();
  }

  /** The line to the service is back; what was said while it was cut is lost. @param {boolean} moved from another address */
  lineIsBack(moved) {
    this.#peer?.speakAgain();
    this.#recovery?.resumed({ moved, flows: this.#flow?.flows ?? false });
    this.tellState();
  }

  /** Somebody looks at the page again. */
  seenAgain() {
    this.#recovery?.nudge();
    this.#peer?.sendWholePictures();
    this.tellState({ anew: true });
  }

  /** The page goes, perhaps to come back: the other side need not wait until it notices. */
  leavesPage() {
    this.tellState({ away: true });
  }

  /** This machine's address may have changed. */
  networkChanged() {
    if (this.#peer?.bound) this.#peer.restart();
  }

  /** @param {{ anew?: boolean, away?: boolean }} [more] */
  tellState(more = {}) {
    if (!this.#told) return;
    const { audio, video } = this.#use.sends();
    const { level, wanted, saving } = this.quality;
    this.#use.send({ t: "SendMediaState", ...this.#told.about, audio, video, level, wanted, saving, ...more });
    this.#tellAgain.set(TELL_AGAIN_MS, () => this.tellState());
  }

  close() {
    this.disconnect();
    this.#told = null;
  }

  disconnect() {
    this.#theyAreAway = false;
    this.#tellAgain.clear();
    this.quality.stop();
    this.#freshServers.clear();
    this.#early = [];
    this.#recovery?.stop();
    this.#flow?.stop();
    this.#flow = null;
    this.#peer?.close();
    this.#peer = null;
    for (const track of this.#remote.getTracks()) this.#remote.removeTrack(track);
  }

  /** @param {LegTold} told @param {RTCCertificate | null} certificate */
  #begin(told, certificate) {
    this.#theirs = { audio: true, video: told.pictures, paused: false };
    const peer = this.#newPeer(told, certificate);
    this.#peer = peer;
    this.#recovery = this.#newRecovery(told, peer);
    this.#flow = this.#newFlow(peer);
    this.#recovery.begin(told.again, told.rung);
    this.quality.begin();
    this.#keepServersFresh(told);
    // In each generation only one side offers first.
    if (!told.polite) peer.offer();
  }

  /** @param {{ call: string, generation: number, leg?: string | null }} frame */
  #isMine({ call, generation, leg = null }) {
    const about = this.#told?.about;
    return about !== undefined && call === about.call && generation === about.generation && leg === (about.leg ?? null);
  }

  /** @param {import("../wire.js").MediaStateTold} theirs */
  #heard({ audio, video, level = 4, wanted = 4, saving = false, anew = false, away = false }) {
    if (away !== this.#theyAreAway) this.#recovery?.away(away);
    this.#theyAreAway = away;
    if (anew) this.#peer?.sendWholePictures();
    if (anew) this.tellState();
    this.#theirs = { audio, video: video && level > 0, paused: video && level === 0 };
    this.quality.ask(/** @type {Level} */ (wanted), saving);
    this.#use.changed();
  }

  /** @param {LegTold} told @param {RTCCertificate | null} certificate */
  #newPeer({ about, polite, servers }, certificate) {
    const { parts, send, track } = this.#use;
    return new Peer({
      timers: parts.timers,
      newConnection: parts.newConnection,
      newId: parts.newId,
      configuration: configurationOf(servers, certificate),
      polite,
      track: (kind) => (kind === "video" && this.quality.level === 0 ? null : track(kind)),
      sound: () => this.quality.sound,
      sendDescription: (kind, sdp) => send({ t: "SendDescription", ...about, kind, sdp }),
      sendCandidate: (candidate) => send({ t: "SendCandidate", ...about, ...candidate }),
      changed: (state) => this.#peerChanged(state),
      received: (track) => this.#received(track),
    });
  }

  /** @param {LegTold} told @param {Peer} peer */
  #newRecovery({ about, polite, next }, peer) {
    const use = this.#use;
    return new Recovery({
      timers: use.parts.timers,
      polite,
      ask: () => use.send({ t: "AskRestart", ...about }),
      restart: () => (peer.strayed ? use.left() : peer.restart()),
      renew: () => (peer.strayed ? use.left() : use.renew()),
      stepDown: next && (() => use.stepDown(next)),
      slow: () => use.changed(),
      connected: () => use.connected(),
      lost: () => (peer.strayed ? use.left() : use.lost()),
    });
  }

  /** @param {LegTold} told */
  #keepServersFresh({ about, servers }) {
    const { ice_seconds: seconds } = servers;
    if (seconds) this.#freshServers.set(seconds * FRESH_FOR * 1000, () => this.#use.send({ t: "AskIceServers", ...about }));
  }

  /** @param {Peer} peer */
  #newFlow(peer) {
    return new Flow({
      timers: this.#use.parts.timers,
      stats: () => peer.stats(),
      expected: () => peer.state === "connected" && !this.#theyAreAway && (this.#theirs.audio || this.#theirs.video),
      told: (silent) => {
        this.#recovery?.silent(silent);
        this.#use.changed();
      },
    });
  }

  /** @param {RTCPeerConnectionState} state */
  #peerChanged(state) {
    this.#recovery?.changed(state);
    if (state === "connected") {
      this.#peer?.sendAt(this.quality.level);
      this.tellState();
      void this.#readCode();
    }
    this.#use.changed();
  }

  async #readCode() {
    const agreed = this.#peer?.agreed;
    this.#code = agreed ? await shortCode(...agreed) : "";
    this.#use.changed();
  }

  /** @param {MediaStreamTrack} track */
  #received(track) {
    for (const old of this.#remote.getTracks()) {
      if (old.kind === track.kind) this.#remote.removeTrack(old);
    }
    this.#remote.addTrack(track);
    this.#use.changed();
  }

  /** @param {Level} before */
  #levelChanged(before) {
    const { level } = this.quality;
    const peer = this.#peer;
    peer?.sendAt(level);
    if ((before === 0) !== (level === 0)) peer?.plug("video");
    if (before !== level) peer?.soundChanged();
    this.tellState();
    this.#use.changed();
  }
}

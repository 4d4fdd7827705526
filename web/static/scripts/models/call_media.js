// @ts-check
import { Capture } from "./capture.js";
import { Flow } from "./flow.js";
import { configurationOf, nextRung } from "./ice.js";
import { Peer } from "./peer.js";
import { firstLevel } from "./quality.js";
import { QualityWatch } from "./quality_watch.js";
import { Recovery } from "./recovery.js";
import { shortCode } from "./short_code.js";
import { Alarm } from "./timers.js";

/** @typedef {import("../wire.js").CallShown} CallShown */
/** @typedef {import("./capture.js").Problem} Problem */
/** @typedef {import("./capture.js").Kind} Kind */
/** @typedef {import("./channel.js").Ephemeral} Ephemeral */
/** @typedef {import("./quality.js").Level} Level */
/** @typedef {{ stream: MediaStream | null, audio: boolean, video: boolean, problem: Problem }} LocalShown */
/** @typedef {{ stream: MediaStream | null, audio: boolean, video: boolean, paused: boolean }} RemoteShown `paused`: no picture on a weak network */
/**
 * @typedef {{
 *   parts: import("./call_parts.js").BrowserParts,
 *   send: (frame: Ephemeral) => void,
 *   changed: () => void,
 *   connected: () => void,
 *   renew: () => void,
 *   stepDown: (rung: import("./ice.js").Rung) => void,
 *   lost: () => void,
 *   left: () => void,
 *   stepped: import("./quality_watch.js").WatchParts["stepped"],
 * }} CallMediaParts `renew`: no path is found over this connection; `left`: another tab of this side has taken the call
 */

// The other side's line may be cut just when this side mutes; said again, it is known there soon after.
const TELL_AGAIN_MS = 5_000;
// New credentials are asked for after this part of the old ones' time.
const FRESH_FOR = 0.7;

/** The media of one call on this page: own devices, the way to the other side, and what comes from there. */
export class CallMedia {
  #use;
  #capture;
  /** @type {Peer | null} */
  #peer = null;
  /** @type {Recovery | null} */
  #recovery = null;
  /** @type {Flow | null} */
  #flow = null;
  /** @type {CallShown | null} */
  #call = null;
  #remote;
  /** One for the page: the service lets no other in during a generation. @type {Promise<RTCCertificate | null>} */
  #certificate;
  /** Frames for a connection that is about to be made. @type {import("../wire.js").ServerFrame[]} */
  #early = [];
  /** What both people can read aloud. */
  #code = "";
  #tellAgain;
  #freshServers;
  #theirs = { audio: true, video: true, paused: false };
  /** The other side's page has gone, perhaps to come back. */
  #theyAreAway = false;
  /** What this side sends, and at which cost. */
  quality;

  /** @param {CallMediaParts} use */
  constructor(use) {
    this.#use = use;
    this.#capture = new Capture(use.parts, (kind) => this.#captured(kind));
    this.#remote = use.parts.newStream();
    this.#certificate = use.parts.newCertificate().catch(() => null);
    this.#tellAgain = new Alarm(use.parts.timers);
    this.quality = new QualityWatch({
      timers: use.parts.timers,
      first: firstLevel(use.parts.networkKind()),
      statistics: () => this.#peer?.stats() ?? null,
      connected: () => this.state === "connected",
      looked: () => this.#peer?.sendAt(this.quality.level),
      changed: (before) => this.#levelChanged(before),
      stepped: use.stepped,
    });
    this.#freshServers = new Alarm(use.parts.timers);
  }

  get state() {
    return this.#flow?.silent || this.#theyAreAway ? "disconnected" : (this.#peer?.state ?? "new");
  }

  /** @returns {LocalShown} */
  get local() {
    const { stream, problem } = this.#capture;
    return { stream, audio: this.#capture.sends("audio"), video: this.#capture.sends("video"), problem };
  }

  /** @returns {RemoteShown} */
  get remote() {
    return { stream: this.#remote, ...this.#theirs };
  }

  /** What is being tried, for people who wait. @returns {"first" | "another" | "audio"} */
  get tries() {
    if (this.#call?.rung === "audio") return "audio";
    return this.#call?.rung === "relay" || this.#recovery?.isSlow ? "another" : "first";
  }

  /** The same digits on both pages, unless somebody stands between them. */
  get code() {
    return this.#code;
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

  /** Connects for the call's present generation. @param {CallShown} call */
  async connect(call) {
    this.#disconnect();
    this.#call = call;
    const certificate = await this.#certificate;
    if (call !== this.#call) return;
    this.#begin(call, certificate);
    for (const frame of this.#early.splice(0)) this.receive(frame);
  }

  /** @param {CallShown} call @param {RTCCertificate | null} certificate */
  #begin(call, certificate) {
    this.#theirs = { audio: true, video: (call.accepted_media ?? call.media) === "video", paused: false };
    const polite = call.polite ?? false;
    const peer = this.#newPeer(call, polite, certificate);
    this.#peer = peer;
    this.#recovery = this.#newRecovery(call, polite, peer);
    this.#flow = this.#newFlow(peer);
    this.#recovery.begin(Boolean(call.connected_at), call.rung ?? "direct");
    this.quality.begin();
    this.#keepServersFresh(call);
    // In each generation only one side offers first.
    if (!polite) peer.offer();
  }

  /** Takes what concerns this connection. @param {import("../wire.js").ServerFrame} frame */
  receive(frame) {
    if (!("generation" in frame) || frame.call !== this.#call?.id || frame.generation !== this.generation) return;
    if (!this.#peer) this.#early.push(frame);
    else if (frame.t === "DescriptionRelayed") this.#peer?.describe(frame.kind, frame.sdp);
    else if (frame.t === "CandidateRelayed") this.#peer?.candidate(frame);
    else if (frame.t === "MediaStateTold") this.#told(frame);
    else if (frame.t === "RestartAsked") this.#recovery?.asked();
  }

  /** The same generation, with servers whose credentials are fresh. @param {CallShown} call */
  async refresh(call) {
    const certificate = await this.#certificate;
    if (!this.#peer || call.generation !== this.generation) return;
    this.#peer.configure(configurationOf(call, certificate));
    this.#keepServersFresh(call);
  }

  /** The line to the service is back; what was said while it was cut is lost. @param {boolean} moved from another address */
  lineIsBack(moved) {
    this.#peer?.speakAgain();
    this.#recovery?.resumed({ moved, flows: this.#flow?.flows ?? false });
    this.#tellState();
  }

  /** Somebody looks at the page again. */
  seenAgain() {
    this.#recovery?.nudge();
    this.#peer?.sendWholePictures();
    this.#tellState({ anew: true });
  }

  /** The page goes, perhaps to come back: the other side need not wait until it notices. */
  leavesPage() {
    this.#tellState({ away: true });
  }

  /** This machine's address may have changed. */
  networkChanged() {
    if (this.#peer?.bound) this.#peer.restart();
  }

  close() {
    this.#disconnect();
    this.#call = null;
    this.#capture.close();
  }

  /** @param {import("../wire.js").MediaStateTold} theirs */
  #told({ audio, video, level = 4, wanted = 4, saving = false, anew = false, away = false }) {
    if (away !== this.#theyAreAway) this.#recovery?.away(away);
    this.#theyAreAway = away;
    if (anew) this.#peer?.sendWholePictures();
    if (anew) this.#tellState();
    this.#theirs = { audio, video: video && level > 0, paused: video && level === 0 };
    this.quality.ask(/** @type {Level} */ (wanted), saving);
    this.#use.changed();
  }

  #disconnect() {
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

  /** @param {CallShown} call @param {boolean} polite @param {RTCCertificate | null} certificate */
  #newPeer(call, polite, certificate) {
    const { parts, send } = this.#use;
    const told = about(call);
    return new Peer({
      timers: parts.timers,
      newConnection: parts.newConnection,
      newId: parts.newId,
      configuration: configurationOf(call, certificate),
      polite,
      track: (kind) => (kind === "video" && this.quality.level === 0 ? null : this.#capture.track(kind)),
      sound: () => this.quality.sound,
      sendDescription: (kind, sdp) => send({ t: "SendDescription", ...told, kind, sdp }),
      sendCandidate: (candidate) => send({ t: "SendCandidate", ...told, ...candidate }),
      changed: (state) => this.#peerChanged(state),
      received: (track) => this.#received(track),
    });
  }

  /** @param {CallShown} call @param {boolean} polite @param {Peer} peer */
  #newRecovery(call, polite, peer) {
    const rung = nextRung(call);
    return new Recovery({
      timers: this.#use.parts.timers,
      polite,
      ask: () => this.#use.send({ t: "AskRestart", ...about(call) }),
      restart: () => (peer.strayed ? this.#use.left() : peer.restart()),
      renew: () => (peer.strayed ? this.#use.left() : this.#use.renew()),
      stepDown: rung && (() => this.#use.stepDown(rung)),
      slow: () => this.#use.changed(),
      connected: () => this.#use.connected(),
      lost: () => (peer.strayed ? this.#use.left() : this.#use.lost()),
    });
  }

  /** @param {CallShown} call */
  #keepServersFresh(call) {
    const { ice_seconds: seconds } = call;
    if (seconds) this.#freshServers.set(seconds * FRESH_FOR * 1000, () => this.#use.send({ t: "AskIceServers", ...about(call) }));
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
      this.#tellState();
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
    this.#tellState();
    this.#use.changed();
  }

  /** @param {Kind} kind */
  #captured(kind) {
    this.#peer?.plug(kind);
    this.#tellState();
    this.#use.changed();
  }

  /** @param {{ anew?: boolean, away?: boolean }} [more] */
  #tellState(more = {}) {
    if (!this.#call) return;
    const { audio, video } = this.local;
    const { level, wanted, saving } = this.quality;
    this.#use.send({ t: "SendMediaState", ...about(this.#call), audio, video, level, wanted, saving, ...more });
    this.#tellAgain.set(TELL_AGAIN_MS, () => this.#tellState());
  }
}

/** @param {CallShown} call */
function about({ ticket, id, generation }) {
  return { ticket, call: id, generation };
}

// @ts-check
import { Again } from "./again.js";
import { Flow } from "./flow.js";
import { configurationOf } from "./ice.js";
import { newRecovery } from "./leg_recovery.js";
import { Peer } from "./peer.js";
import { firstLevel } from "./first_level.js";
import { BEST } from "./quality.js";
import { QualityWatch } from "./quality_watch.js";
import { Remote } from "./remote.js";
import { ShortCode } from "./short_code.js";

/** @typedef {import("./quality.js").Level} Level */
/** @typedef {import("../wire.js").ServerFrame} ServerFrame */
/** @typedef {import("./leg_parts.js").LegTold} LegTold */
/** @typedef {import("./leg_parts.js").LegParts} LegParts */

/** The way to one other person of a call and what comes from there; own devices are shared between legs. */
export class Leg {
  #use;
  /** @type {Peer | null} */
  #peer = null;
  /** @type {import("./recovery.js").Recovery | null} */
  #recovery = null;
  /** @type {Flow | null} */
  #flow = null;
  /** @type {LegTold | null} */
  #told = null;
  #remote;
  /** Frames for a connection that is about to be made. @type {ServerFrame[]} */
  #early = [];
  /** @type {ShortCode | null} */
  #code = null;
  #again;
  /** What this side sends over this leg, and at which cost. */
  quality;

  /** @param {LegParts} use */
  constructor(use) {
    this.#use = use;
    this.#remote = new Remote(use.parts.newStream);
    this.#again = new Again(use);
    this.quality = new QualityWatch({
      timers: use.parts.timers,
      first: firstLevel(use.parts.networkKind(), use.check?.()),
      statistics: () => this.#peer?.stats() ?? null,
      connected: () => this.state === "connected",
      counted: (bytes) => use.counted?.(bytes),
      looked: () => this.#peer?.sendAt(this.quality.sent),
      changed: (before) => this.#levelChanged(before),
      stepped: use.stepped,
    });
  }

  get state() {
    return this.#flow?.silent || this.#remote.isAway ? "disconnected" : (this.#peer?.state ?? "new");
  }

  get remote() {
    return this.#remote.shown;
  }

  /** People have waited for some seconds. */
  get isSlow() {
    return this.#recovery?.isSlow ?? false;
  }

  /** The same digits on both pages, unless somebody stands between them. */
  get code() {
    return this.#code?.digits ?? "";
  }

  /** The other side's page did not keep to what it was bound to. */
  get codeIsWrong() {
    return this.#code?.isWrong ?? false;
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
    this.#again.keepServersFresh(told);
  }

  /** Takes what concerns this connection. @param {ServerFrame} frame */
  receive(frame) {
    if (!("generation" in frame) || !("call" in frame) || !this.#isMine(frame)) return;
    if (!this.#peer) this.#early.push(frame);
    else if (frame.t === "DescriptionRelayed") this.#peer.describe(frame.kind, frame.sdp);
    else if (frame.t === "CandidateRelayed") this.#peer.candidate(frame);
    else if (frame.t === "MediaStateTold") this.#heard(frame);
    else if (frame.t === "CodeRelayed") this.#code?.take(frame);
    else if (frame.t === "RestartAsked") this.#recovery?.asked();
  }

  /** A track of this side came, went, or was muted. @param {import("./capture.js").Kind} kind */
  plug(kind) {
    this.#peer?.plug(kind);
    // A screen is sent otherwise than a camera.
    if (kind === "video") this.#peer?.sendAt(this.quality.sent);
    this.tellState();
  }

  /** The line to the service is back; what was said while it was cut is lost. @param {boolean} moved from another address */
  lineIsBack(moved) {
    // A restart says the open offer again by itself, and a second copy could be answered twice.
    if (!this.#recovery?.resumed({ moved, flows: this.#flow?.flows ?? false })) this.#peer?.speakAgain();
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
  tellState(more) {
    if (this.#told) this.#again.tellState(this.#told, this.quality, more);
  }

  close() {
    this.disconnect();
    this.#told = null;
  }

  disconnect() {
    for (const part of [this.#again, this.quality, this.#recovery, this.#flow, this.#code]) part?.stop();
    this.#early = [];
    this.#flow = this.#code = null;
    this.#peer?.close();
    this.#peer = null;
    this.#remote.clear();
  }

  /** @param {LegTold} told @param {RTCCertificate | null} certificate */
  #begin(told, certificate) {
    this.#remote.begin(told.pictures, told.oneWay !== "out");
    const peer = this.#newPeer(told, certificate);
    this.#peer = peer;
    this.#recovery = newRecovery(this.#use, told, peer);
    this.#flow = this.#newFlow(peer);
    this.#code = this.#newCode(told);
    this.#recovery.begin(told.again, told.rung);
    this.quality.begin();
    this.#again.keepServersFresh(told);
    // In each generation only one side offers first.
    if (!told.polite) peer.offer();
  }

  /** @param {{ call: string, generation: number, leg?: string | null }} frame */
  #isMine({ call, generation, leg = null }) {
    const mine = this.#told?.about;
    return call === mine?.call && generation === mine.generation && leg === (mine.leg ?? null);
  }

  /** @param {import("../wire.js").MediaStateTold} theirs */
  #heard(theirs) {
    const wasAway = this.#remote.isAway;
    this.#remote.heard(theirs);
    if (wasAway !== this.#remote.isAway) this.#recovery?.away(this.#remote.isAway);
    if (theirs.anew) this.#peer?.sendWholePictures();
    if (theirs.anew) this.tellState();
    this.quality.hears(/** @type {Level} */ (theirs.level ?? BEST));
    this.quality.ask(/** @type {Level} */ (theirs.wanted ?? 4), theirs.saving ?? false);
    this.#use.changed();
  }

  /** @param {LegTold} told @param {RTCCertificate | null} certificate */
  #newPeer({ about, polite, servers, oneWay }, certificate) {
    const { parts, send, track } = this.#use;
    return new Peer({
      timers: parts.timers,
      newConnection: parts.newConnection,
      newId: parts.newId,
      configuration: configurationOf(servers, certificate),
      polite,
      track: (kind) => (kind === "video" && this.quality.level === 0 ? null : track(kind)),
      sound: () => this.quality.sound,
      onlyReceives: oneWay === "in",
      renew: this.#use.renew,
      sendDescription: (kind, sdp) => send({ t: "SendDescription", ...about, kind, sdp }),
      sendCandidate: (candidate) => send({ t: "SendCandidate", ...about, ...candidate }),
      changed: (state) => this.#peerChanged(state),
      received: (got) => {
        this.#remote.received(got);
        this.#use.changed();
      },
    });
  }

  /** To who only listens nobody reads digits. @param {LegTold} told */
  #newCode({ about, polite, oneWay }) {
    const { parts, send, changed } = this.#use;
    if (oneWay) return null;
    /** @type {ConstructorParameters<typeof ShortCode>[0]["send"]} */
    const say = (step) => send({ t: "SendCode", ...about, ...step });
    return new ShortCode({ timers: parts.timers, randomBytes: parts.randomBytes, commits: !polite, about, send: say, changed });
  }

  /** @param {Peer} peer */
  #newFlow(peer) {
    return new Flow({
      timers: this.#use.parts.timers,
      stats: () => peer.stats(),
      expected: () => peer.state === "connected" && this.#remote.expected,
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
      this.#peer?.sendAt(this.quality.sent);
      this.tellState();
      const { agreed } = /** @type {Peer} */ (this.#peer);
      if (agreed) this.#code?.begin(...agreed);
    }
    this.#use.changed();
  }

  /** @param {Level} before */
  #levelChanged(before) {
    const { level } = this.quality;
    const peer = this.#peer;
    peer?.sendAt(this.quality.sent);
    if ((before === 0) !== (level === 0)) peer?.plug("video");
    if (before !== level) peer?.soundChanged();
    this.tellState();
    this.#use.changed();
  }
}

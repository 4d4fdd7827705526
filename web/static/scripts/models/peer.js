// @ts-check
import { Candidates, wired } from "./candidates.js";
import { movesPath, named, namesIn, versionOf, withoutStrays } from "./description.js";
import { hearAt } from "./hearing.js";
import { KeyFrames } from "./key_frames.js";
import { plug, release, withoutRepair } from "./lines.js";
import { reportFault } from "./listeners.js";
import { retuned } from "./retuning.js";
import { sendAt } from "./sending.js";
import { SoundInto } from "./sound_lines.js";
import { Alarm } from "./timers.js";

/** @typedef {import("./capture.js").Kind} Kind */
/** @typedef {import("./candidates.js").Candidate} Candidate */
/** @typedef {"offer" | "answer"} DescriptionKind */
/**
 * @typedef {{
 *   timers: import("./timers.js").Timers,
 *   newConnection: (configuration: RTCConfiguration) => RTCPeerConnection,
 *   newId: () => string,
 *   configuration: RTCConfiguration,
 *   polite: boolean,
 *   track: (kind: Kind) => MediaStreamTrack | null,
 *   sendDescription: (kind: DescriptionKind, sdp: string) => void,
 *   sendCandidate: (candidate: Candidate) => void,
 *   changed: (state: RTCPeerConnectionState) => void,
 *   received: (track: MediaStreamTrack) => void,
 *   sound: () => import("./sound_lines.js").SoundWish,
 *   onlyReceives?: boolean,
 *   renew: () => void,
 * }} PeerParts `renew`: only in another generation can there be another connection
 */

const SEND_AGAIN_MS = 3_000;

/**
 * This side of the media between two people: perfect negotiation (W3C) over one connection after another. Tracks are exchanged
 * inside the two lines agreed at first, so after that only restarts negotiate.
 */
export class Peer {
  #parts;
  /** @type {RTCPeerConnection} */
  #pc;
  #id = "";
  /** Its own and those of the connections before it: what is on its way to one of them is late, not for another tab. @type {Set<string>} */
  #ids = new Set();
  /** The other side's connection. @type {string | null} */
  #peerId = null;
  #offering = false;
  /** The version of the offer that was sent last. @type {string | null} */
  #offered = null;
  #strayed = false;
  #closed = false;
  /** Servers came that the connection does not know yet. */
  #hasFresh = false;
  #candidates = new Candidates();
  #sendAgain;
  #wish;
  #keyFrames;
  /** @type {Promise<void>} */
  #queue = Promise.resolve();

  /** @param {PeerParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#sendAgain = new Alarm(parts.timers);
    this.#wish = new SoundInto(parts.sound);
    this.#keyFrames = new KeyFrames(parts.timers);
    this.#pc = this.#fresh();
  }

  get state() {
    return this.#pc.connectionState;
  }

  /** The other side answered at least once. */
  get bound() {
    return this.#peerId !== null;
  }

  /** The other side talks with another connection of this side: another tab has taken the call. */
  get strayed() {
    return this.#strayed;
  }

  /** Begins; the connection that offers brings the two lines, the other takes them as they come. */
  offer() {
    this.#enqueue(async () => this.#bringLines());
  }

  /** @param {DescriptionKind} kind @param {string} sdp */
  describe(kind, sdp) {
    this.#enqueue(() => (kind === "offer" ? this.#takeOffer(sdp) : this.#takeAnswer(sdp)));
  }

  /** @param {Candidate} candidate */
  candidate(candidate) {
    this.#enqueue(() => this.#candidates.add(this.#pc, candidate));
  }

  /** A track came or went. @param {Kind} kind */
  plug(kind) {
    this.#enqueue(() => plug(this.#pc, this.#parts.track, kind));
  }

  /** @param {import("./sending.js").Sent} sent */
  sendAt(sent) {
    this.#enqueue(() => {
      hearAt(this.#pc, sent.level);
      return sendAt(this.#pc, sent);
    });
  }

  /** The voice is to be sent in another way: now, or with the answer that is on its way. */
  soundChanged() {
    this.#enqueue(async () => {
      if (!this.bound || !this.#wish.isNew || this.#pc.signalingState !== "stable") return;
      if (!(await retuned(this.#pc, (sdp) => this.#wish.into(sdp)))) this.#send();
    });
  }

  /** Looks for another path through the network. */
  restart() {
    this.#enqueue(async () => {
      // An offer that nobody has answered keeps the new one waiting; taken back, it would leave a picture that stands still (Chromium 156).
      this.#repeat();
      if (!this.bound) return;
      this.#useServers();
      this.#pc.restartIce();
    });
  }

  /** Servers with fresh credentials, for the next search for a path. @param {RTCConfiguration} configuration */
  configure(configuration) {
    this.#parts.configuration = configuration;
    this.#hasFresh = true;
  }

  /** Only now: to Chromium, other servers are a reason to look for another path with its next description, whatever that is for. */
  #useServers() {
    if (this.#hasFresh) this.#pc.setConfiguration({ ...this.#parts.configuration, bundlePolicy: "max-bundle" });
    this.#hasFresh = false;
  }

  /** The way to the other side's page is open again: what was said meanwhile is lost. */
  speakAgain() {
    this.#enqueue(async () => this.#repeat());
  }

  /** What the browser counted. */
  stats() {
    return this.#pc.getStats();
  }

  /** What both sides have agreed on. @returns {[string, string] | null} */
  get agreed() {
    const { currentLocalDescription: local, currentRemoteDescription: remote } = this.#pc;
    return local && remote ? [local.sdp, remote.sdp] : null;
  }

  /** The other side may have lost what its picture is built on. */
  sendWholePictures() {
    this.#keyFrames.soon(this.#pc);
  }

  close() {
    this.#closed = true;
    this.#sendAgain.clear();
    this.#keyFrames.stop();
    release(this.#pc);
  }

  #fresh() {
    const pc = this.#parts.newConnection({ ...this.#parts.configuration, bundlePolicy: "max-bundle" });
    this.#id = this.#parts.newId();
    this.#ids.add(this.#id);
    this.#peerId = null;
    this.#offering = this.#hasFresh = false;
    pc.onnegotiationneeded = () => this.#enqueue(() => this.#negotiate(pc));
    pc.onicecandidate = ({ candidate }) => {
      if (candidate) this.#parts.sendCandidate(wired(candidate));
    };
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === "connected") this.sendWholePictures();
      this.#parts.changed(pc.connectionState);
    };
    pc.ontrack = ({ track }) => this.#parts.received(track);
    return pc;
  }

  /** Another connection in the place of this one. Throws where that would show another certificate, which the service takes for somebody else's. */
  #replace() {
    if (this.#closed) throw new Error("the call is over");
    if (!this.#parts.configuration.certificates) {
      this.#giveUp();
      throw new Error("it would show another certificate");
    }
    release(this.#pc);
    this.#sendAgain.clear();
    this.#pc = this.#fresh();
    this.#parts.changed(this.#pc.connectionState);
  }

  /** Nothing more is said in this generation. */
  #giveUp() {
    this.#closed = true;
    this.#sendAgain.clear();
    this.#parts.renew();
  }

  /** @returns {RTCRtpTransceiverDirection} */
  get #direction() {
    return this.#parts.onlyReceives ? "recvonly" : "sendrecv";
  }

  #bringLines() {
    if (this.#offering || this.bound) return;
    this.#offering = true;
    for (const kind of /** @type {const} */ (["audio", "video"])) {
      withoutRepair(this.#pc.addTransceiver(this.#parts.track(kind) ?? kind, { direction: this.#direction }), kind);
    }
  }

  /** @param {RTCPeerConnection} pc */
  async #negotiate(pc) {
    // Not stable: the browser asks again once it is.
    if (pc !== this.#pc || pc.signalingState !== "stable") return;
    await pc.setLocalDescription();
    this.#send();
  }

  /** @param {string} sdp */
  async #takeOffer(sdp) {
    const { from, to } = namesIn(sdp);
    if (this.#isForAnother(to)) return;
    if (this.bound && from !== this.#peerId) this.#replace();
    const collides = this.#pc.signalingState !== "stable";
    if (collides && !this.#parts.polite) return;
    // Lines of our own that nobody has answered would stand beside theirs; and a picture stands still after a rollback (Chromium 156).
    if (collides || (this.#offering && !this.bound)) this.#replace();
    try {
      await this.#answer(sdp, from);
    } catch {
      this.#replace();
      await this.#answer(sdp, from);
    }
  }

  /** @param {string} sdp @param {string} from */
  async #answer(sdp, from) {
    const pc = this.#pc;
    if (this.bound && movesPath(pc.remoteDescription, sdp)) this.#useServers();
    await pc.setRemoteDescription({ type: "offer", sdp: this.#wish.into(sdp) });
    this.#peerId = from;
    await this.#candidates.flush(pc);
    for (const transceiver of pc.getTransceivers()) transceiver.direction = this.#direction;
    await plug(pc, this.#parts.track);
    await pc.setLocalDescription();
    this.#send(versionOf(sdp));
    this.sendWholePictures();
  }

  /** @param {string} sdp */
  async #takeAnswer(sdp) {
    const { from, to, answers } = namesIn(sdp);
    if (this.#isForAnother(to) || this.#pc.signalingState !== "have-local-offer") return;
    // An offer said twice is answered twice. The second answer, taken for one to the next offer, would leave that without a path.
    if (answers !== null && answers !== this.#offered) return;
    try {
      if (this.bound && from !== this.#peerId) throw new Error("another connection answered");
      await this.#pc.setRemoteDescription({ type: "answer", sdp: this.#wish.into(sdp) });
    } catch {
      this.#replace();
      this.#bringLines();
      return;
    }
    this.#peerId = from;
    this.#sendAgain.clear();
    await this.#candidates.flush(this.#pc);
    this.sendWholePictures();
  }

  /** @param {string | null} to */
  #isForAnother(to) {
    const another = to !== null && to !== this.#id;
    if (another && this.bound && !this.#ids.has(to)) this.#strayed = true;
    return another;
  }

  #repeat() {
    if (this.#pc.signalingState === "have-local-offer") this.#send();
  }

  /** @param {string | null} answers the version of the offer that this answers */
  #send(answers = null) {
    const description = this.#pc.localDescription;
    if (!description || (description.type !== "offer" && description.type !== "answer")) return;
    if (description.type === "offer") this.#offered = versionOf(description.sdp);
    this.#parts.sendDescription(description.type, named(withoutStrays(description.sdp), { from: this.#id, to: this.#peerId, answers }));
    if (description.type === "offer") this.#sendAgain.set(SEND_AGAIN_MS, () => this.speakAgain());
  }

  /** One thing after the other, whatever comes in between. @param {() => void | Promise<void>} task */
  #enqueue(task) {
    const open = () => (this.#closed ? undefined : task());
    this.#queue = this.#queue.then(open).catch((fault) => {
      if (!this.#closed) reportFault(fault);
    });
  }
}

// @ts-check
import { nextRung } from "./ice.js";
import { Leg } from "./leg.js";
import { Alarm } from "./timers.js";

/** @typedef {import("../wire.js").LegShown} LegShown */
/** @typedef {import("../wire.js").PersonSide} PersonSide */
/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   parts: import("./call_parts.js").BrowserParts,
 *   shared: Pick<import("./leg_parts.js").LegParts, "certificate" | "track" | "sends" | "counted">,
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
// As long as a call's own ladder takes: any path, the relay alone, and a little for the other end to come.
const NO_PATH_MS = 45_000;

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
  /** Which paths are tried; the end that leads decides, and a relay at one end is a relay for both. @type {"direct" | "relay"} */
  #rung = "direct";
  #deadline;
  #noPath = false;

  /** @param {GuestLegParts} use */
  constructor(use) {
    this.#use = use;
    this.#again = new Alarm(use.parts.timers);
    this.#deadline = new Alarm(use.parts.timers);
    const join = () => this.join();
    this.#leg = new Leg({
      certificate: use.shared.certificate,
      track: (kind) => (kind === "video" && !this.#gives ? null : use.shared.track(kind)),
      sends: () => ({ ...use.shared.sends(), ...(this.#gives ? {} : { video: false }) }),
      counted: use.shared.counted,
      parts: use.parts,
      send: (frame) => use.channel.send(frame),
      changed: () => this.#changed(),
      connected: () => (this.#wasUp = true),
      renew: join,
      lost: join,
      stepDown: () => this.#relayAlone(),
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

  /** The digits that both people of this leg can read aloud, or "". */
  get code() {
    return this.state === "connected" ? this.#leg.code : "";
  }

  /** The other page did not keep to what it was bound to: somebody may stand in between. */
  get codeIsWrong() {
    return this.#leg.codeIsWrong;
  }

  get call() {
    return this.#use.call;
  }

  /** For so long nothing has come through that people should hear of it; it is tried on all the same. */
  get noPath() {
    return this.#noPath;
  }

  /** Takes part from this page, over a new connection. */
  join() {
    this.#watch();
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
    const told = legTold(shown, this.#rung, this.#wasUp);
    if (here && shown.generation === this.#leg.generation) void this.#leg.refresh(told);
    else if (here) void this.#leg.connect(told);
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

  /** The person began to save data, or no longer does. */
  saveData() {
    this.#leg.quality.save(this.#use.saves());
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
    this.#deadline.clear();
    this.#leg.close();
  }

  /** This end's picture goes out. */
  get #gives() {
    const { spares, shared } = this.#use;
    return !spares || this.#shown?.media === "video" || this.#leg.remote.video || shared.sends().screen === true;
  }

  #changed() {
    if (this.#closed) return;
    this.#watch();
    this.saveData();
    if (this.#gave !== this.#gives) {
      this.#gave = this.#gives;
      this.#leg.plug("video");
    }
    this.#use.changed();
  }

  /** Direct paths led nowhere: the next connection takes the relay alone. */
  #relayAlone() {
    this.#rung = "relay";
    this.join();
  }

  /** Counts from the last moment at which the leg was up, or was first wanted, over all connections that are tried. */
  #watch() {
    if (this.state === "connected") {
      this.#deadline.clear();
      this.#noPath = false;
    } else if (!this.#closed && !this.#noPath && !this.#deadline.isSet) {
      this.#deadline.set(NO_PATH_MS, () => {
        this.#noPath = true;
        this.#use.changed();
      });
    }
  }

  /** Refused just now: the call may have ended and its end not been told here yet. */
  #joinLater() {
    if (!this.#closed) this.#again.set(JOIN_AGAIN_MS, () => this.join());
  }
}

/**
 * A leg as the service tells it. @param {LegShown} shown @param {"direct" | "relay"} rung @param {boolean} again it was up before
 * @returns {import("./leg_parts.js").LegTold}
 */
function legTold(shown, rung, again) {
  const { polite = false, relay_only = false, ice_servers } = shown;
  return {
    about: { ticket: shown.ticket, call: shown.call, generation: shown.generation, leg: shown.id },
    polite,
    pictures: shown.media === "video",
    again,
    rung,
    next: nextRung({ polite, rung, relay_only, ice_servers, media: "audio" }),
    oneWay: shown.listens ? (polite ? "in" : "out") : undefined,
    servers: { ...shown, relay_only: relay_only || rung === "relay" },
  };
}

// @ts-check
import { Alarm } from "./timers.js";

/**
 * @typedef {{
 *   timers: import("./timers.js").Timers,
 *   polite: boolean,
 *   restart: () => void,
 *   ask: () => void,
 *   renew: () => void,
 *   stepDown: (() => void) | null,
 *   slow: () => void,
 *   connected: () => void,
 *   interrupted?: () => void,
 *   lost: () => void,
 * }} RecoveryParts `ask`: the other side is to restart; `stepDown`: try it another way, where there is one; `slow`: it takes so long that people should hear of it; `interrupted`: media is gone until `connected`, which somebody else counts too
 */

const SLOW_MS = 6_000;
/** So long each way is tried before the next. @type {Record<import("../wire.js").CallShown["rung"] & string, number>} */
const RUNG_MS = { direct: 20_000, relay: 15_000, audio: 10_000 };
// The other side leads down, or the service ends it; when neither does, this one gives up a little later.
const GRACE_MS = 15_000;
const LOST_MS = 45_000;
const WAKE_MS = 15_000;
const FROZEN_MS = 5_000;
const TRY_EVERY_MS = 8_000;
const RESTARTS = 2;
const JUST_NOW_MS = 1_500;

/** Decides from the connection's state what to try next and when to give up. One side leads, so that both do not try at once. */
export class Recovery {
  #parts;
  #next;
  #stepDown;
  #slow;
  #isSlow = false;
  #end;
  #tries = 0;
  #wasConnected = false;
  #isAway = false;
  #restartedAt = -JUST_NOW_MS;
  /** @type {RTCPeerConnectionState} */
  #state = "new";

  /** @param {RecoveryParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#next = new Alarm(parts.timers);
    this.#stepDown = new Alarm(parts.timers);
    this.#slow = new Alarm(parts.timers);
    this.#end = new Alarm(parts.timers);
  }

  /** @param {boolean} again the call was up before, over another connection @param {keyof typeof RUNG_MS} rung */
  begin(again, rung) {
    const { stepDown, slow } = this.#parts;
    this.#giveUpAfter(again ? this.#lostMs : RUNG_MS[rung] + (rung === "audio" ? 0 : GRACE_MS));
    if (stepDown) this.#stepDown.set(RUNG_MS[rung], stepDown);
    this.#slow.set(SLOW_MS, () => {
      this.#isSlow = true;
      slow();
    });
  }

  /** People have waited for some seconds. */
  get isSlow() {
    return this.#isSlow;
  }

  /** @param {RTCPeerConnectionState} state */
  changed(state) {
    this.#state = state;
    if (state === "connected") {
      this.#connected();
      return;
    }
    this.#interrupt();
    if (state === "failed") this.#tryAfter(this.#parts.polite ? 5_000 : 0);
    else if (state === "disconnected") this.#tryAfter(this.#parts.polite ? 10_000 : 5_000);
    else if (this.#wasConnected && !this.#next.isSet) this.#tryAfter(TRY_EVERY_MS);
  }

  /** The page is back on the network: waiting for the browser to notice would take many seconds. */
  nudge() {
    if (this.#state !== "connected") this.#tryAfter(this.#parts.polite ? 3_000 : 0);
  }

  /**
   * The line to the service is back, so a new path can be agreed on at once: by the side whose address changed, else by the one
   * that leads. What goes on meanwhile is left alone. @param {{ moved: boolean, flows: boolean }} found
   * @returns {boolean} it restarted at once
   */
  resumed({ moved, flows }) {
    if (!this.#wasConnected) this.nudge();
    else if (moved || (!flows && !this.#parts.polite)) {
      this.#restart();
      return true;
    } else if (!flows) {
      this.#parts.ask();
      this.nudge();
    }
    return false;
  }

  /** The other side asks this one to look for another path. */
  asked() {
    if (this.#parts.timers.now() - this.#restartedAt > JUST_NOW_MS) this.#restart();
  }

  /** Nothing arrives although the browser says "connected", or it arrives again. @param {boolean} on */
  silent(on) {
    // Nothing is expected from a page that has gone.
    if (this.#isAway) return;
    if (on) {
      this.#interrupt();
      if (!this.#next.isSet) this.#tryAfter(this.#parts.polite ? 3_000 : 0);
    } else this.#goOn();
  }

  /** The other side's page has gone, or is there again: meanwhile there is nobody to find a path to. @param {boolean} on */
  away(on) {
    this.#isAway = on;
    if (on) {
      this.#interrupt();
      this.#next.clear();
    } else this.#goOn();
  }

  stop() {
    for (const alarm of [this.#next, this.#stepDown, this.#slow, this.#end]) alarm.clear();
  }

  /** The service counts from the first word of it and ends the call; this page does when it hears nothing from there. */
  get #lostMs() {
    return this.#parts.interrupted ? LOST_MS + GRACE_MS : LOST_MS;
  }

  #interrupt() {
    if (this.#end.isSet) return;
    this.#giveUpAfter(this.#lostMs);
    this.#parts.interrupted?.();
  }

  /** It comes again, over the same path. */
  #goOn() {
    if (this.#state === "connected" && this.#end.isSet) this.#connected();
  }

  #connected() {
    this.#stand();
    this.#wasConnected = true;
    this.#parts.connected();
  }

  #stand() {
    this.stop();
    this.#tries = 0;
  }

  #restart() {
    this.#restartedAt = this.#parts.timers.now();
    if (this.#state !== "connected") this.#tryAfter(TRY_EVERY_MS);
    this.#parts.restart();
  }

  /** @param {number} ms */
  #tryAfter(ms) {
    this.#next.set(ms, () => {
      this.#tries += 1;
      this.#tryAfter(TRY_EVERY_MS);
      if (this.#tries <= RESTARTS) this.#restart();
      else this.#parts.renew();
    });
  }

  /** @param {number} ms */
  #giveUpAfter(ms) {
    const dueAt = this.#parts.timers.now() + ms;
    this.#end.set(ms, () => {
      // A phone that slept through its time gets a little more to try.
      if (this.#parts.timers.now() - dueAt > FROZEN_MS) this.#giveUpAfter(WAKE_MS);
      else this.#parts.lost();
    });
  }
}

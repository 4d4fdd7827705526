// @ts-check
// A consultation's call on the screen: the ringing dialog, then the stage, then nothing. The chat goes on below it.
import { t } from "../text.js";
import { callSounds } from "./call_sounds.js";
import { endedWords } from "./call_words.js";
import { ringingView } from "./ringing.js";
import { shout } from "./speaker.js";
import { stageView } from "./stage.js";

/** @typedef {import("../models/call.js").Call} Call */
/** @typedef {import("./stage.js").Shape} Shape */
/**
 * @typedef {object} CallParts
 * @property {Call} call
 * @property {import("../models/third_seat.js").ThirdSeat} seat
 * @property {import("../models/recording.js").Recording} recording
 * @property {() => number} now the service's time
 * @property {() => string} otherName
 * @property {() => string} subtitle what the call is about
 * @property {() => string} label the queue number
 * @property {() => number} unread messages nobody has read yet
 * @property {import("./bell.js").Bell} bell
 * @property {import("../models/hidden_address.js").HiddenAddress} [address] an applicant's own
 * @property {(shape: Shape | "none") => void} onShape
 * @property {() => void} [openChat] "Obrolan" where video and chat stand side by side; on a phone the button swaps them
 */

const LIVE = new Set(["ringing", "connecting", "connected", "reconnecting"]);
const SIDE_BY_SIDE = "(min-width: 48rem)";

/** @param {HTMLElement} place @param {CallParts} parts */
export function callView(place, parts) {
  const view = new CallView(place, parts);
  view.update();
  return view;
}

class CallView {
  #place;
  #parts;
  /** @type {ReturnType<typeof ringingView> | null} */
  #ringing = null;
  /** @type {ReturnType<typeof stageView> | null} */
  #stage = null;
  /** @type {Shape | "none"} */
  #shape = "none";
  /** @type {Shape | null} what the person chose on a phone */
  #chosen = null;
  #wide = matchMedia(SIDE_BY_SIDE);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;
  /** @type {(() => void)[]} */
  #stops = [];
  #sounds;

  /** @param {HTMLElement} place @param {CallParts} parts */
  constructor(place, parts) {
    this.#place = place;
    this.#parts = parts;
    this.#sounds = callSounds(parts.call, parts.bell);
    const changed = () => this.update();
    this.#wide.addEventListener("change", changed);
    this.#stops.push(parts.call.onChange(changed), parts.seat.onChange(changed), () => this.#wide.removeEventListener("change", changed));
  }

  close() {
    for (const stop of this.#stops) stop();
    this.#end();
  }

  update() {
    const { call } = this.#parts;
    const rings = call.stage === "ringing" && call.incoming;
    const stands = LIVE.has(call.stage) && !rings;
    this.#sounds.update();
    this.#tick(rings || stands);
    const wasRinging = this.#ringing !== null;
    this.#ring(rings);
    if (!stands) return this.#leave();
    const fresh = this.#stage === null;
    this.#stage ??= stageView(this.#place, this.#stageParts());
    this.#setShape(this.#wanted());
    this.#stage.update(this.#shape === "none" ? "full" : this.#shape);
    if (fresh && (wasRinging || this.#shape === "full") && !this.#wide.matches) this.#stage.title.focus();
  }

  #stageParts() {
    const { call, seat, recording, now, otherName, unread } = this.#parts;
    const view = this;
    return {
      call,
      seat,
      recording,
      now,
      otherName,
      unread,
      get chat() {
        return view.#chatAct();
      },
    };
  }

  /** @param {boolean} rings */
  #ring(rings) {
    if (rings && !this.#ringing) {
      this.#ringing = ringingView(this.#parts);
    } else if (!rings && this.#ringing) {
      this.#ringing.close();
      this.#ringing = null;
    }
    this.#ringing?.update();
  }

  /** The stage goes; a call that was lost is said aloud, because the chat is where to go on. */
  #leave() {
    const words = this.#stage ? endedWords(this.#parts.call) : "";
    this.#stage?.close();
    this.#stage = null;
    this.#chosen = null;
    this.#setShape("none");
    if (words) shout(words);
  }

  #end() {
    this.#sounds.close();
    this.#ring(false);
    this.#leave();
    this.#tick(false);
  }

  /** @returns {Shape} */
  #wanted() {
    const { call, seat } = this.#parts;
    const pictures = call.local.video || call.remote.video || seat.remote?.video || (call.stage !== "connected" && this.#media() === "video");
    if (!pictures) return "strip";
    return this.#wide.matches ? "full" : (this.#chosen ?? "full");
  }

  #media() {
    const { shown } = this.#parts.call;
    return shown?.accepted_media ?? shown?.media;
  }

  #chatAct() {
    if (this.#wide.matches) return this.#parts.openChat ?? null;
    if (!this.#parts.openChat || (this.#shape === "strip" && this.#chosen === null)) return null;
    return () => {
      this.#chosen = this.#shape === "full" ? "strip" : "full";
      this.update();
      if (this.#chosen === "strip") this.#parts.openChat?.();
    };
  }

  /** @param {Shape | "none"} shape */
  #setShape(shape) {
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#parts.onShape(shape);
  }

  /** Digits step once a second. @param {boolean} on */
  #tick(on) {
    if (on) this.#ticking ??= setInterval(() => this.update(), 1000);
    else {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
  }
}

/** For the page's title while somebody calls, else "". @param {Call} call @param {string} name */
export function ringingTitle(call, name) {
  return call.stage === "ringing" && call.incoming ? t("call.rings", { name }) : "";
}

// @ts-check
// The offer: who, what, how long they waited, and how long the officer still has. It never takes the focus.
import { t } from "../text.js";
import { minutes } from "../times.js";
import { counted } from "./counted.js";
import { part, show, words } from "./dom.js";
import { serviceName } from "./language.js";
import { say, shout } from "./speaker.js";

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {import("../wire.js").Offer} Offer */

// A press meant for what stood here before must not answer the offer.
const SETTLES_MS = 400;
const SPOKEN_SECONDS = [15, 5];

/**
 * @typedef {object} OfferParts
 * @property {Desk} desk
 * @property {() => number} now
 * @property {() => void} accept
 * @property {() => void} pass
 */

/** @param {HTMLElement} place @param {OfferParts} parts */
export function offerView(place, parts) {
  return new OfferView(place, parts);
}

class OfferView {
  #place;
  #parts;
  #accept;
  #pass;
  /** The offer shown now, as "ticket/attempt". */
  #shown = "";
  #wholeMs = 1;
  /** @type {number | null} */
  #spokenAt = null;

  /** @param {HTMLElement} place @param {OfferParts} parts */
  constructor(place, parts) {
    this.#place = place;
    this.#parts = parts;
    this.#accept = /** @type {HTMLButtonElement} */ (part(place, "accept"));
    this.#pass = /** @type {HTMLButtonElement} */ (part(place, "pass"));
    this.#accept.addEventListener("click", () => parts.accept());
    this.#pass.addEventListener("click", () => parts.pass());
    this.update();
  }

  update() {
    const { desk } = this.#parts;
    const offer = desk.offer;
    const key = offer ? `${offer.ticket}/${offer.attempt}` : "";
    if (key !== this.#shown) this.#change(offer, key);
    if (offer) this.#showCheck(offer);
    if (offer) this.#countDown(offer);
    else words(part(this.#place, "await-words"), awaitWords(desk));
  }

  /** Whether an offer may be answered now: one is shown and it did not appear this very moment. */
  get answerable() {
    return this.#shown !== "" && !this.#accept.disabled;
  }

  /** Why the answer was refused; "" takes it away. @param {string} why */
  refuse(why) {
    words(part(this.#place, "fault-words"), why);
    show(part(this.#place, "fault"), why !== "");
  }

  /** Something that happened, where the offer would stand. @param {string} text */
  tell(text) {
    words(part(this.#place, "told"), text);
    show(part(this.#place, "told"), text !== "");
    if (text) say(text);
  }

  /** @param {Offer | null} offer @param {string} key */
  #change(offer, key) {
    this.#shown = key;
    show(part(this.#place, "card"), offer !== null);
    show(part(this.#place, "await"), offer === null);
    this.refuse("");
    if (!offer) return;
    this.tell("");
    this.#settle();
    this.#wholeMs = Math.max(1000, offer.lasts_ms ?? offer.expires_at - this.#parts.now());
    this.#spokenAt = null;
    this.#fill(offer);
    shout(t("desk.offer_spoken", { label: offer.label, name: offer.name, service: serviceName(offer) }));
  }

  #settle() {
    for (const button of [this.#accept, this.#pass]) button.disabled = true;
    setTimeout(() => {
      for (const button of [this.#accept, this.#pass]) button.disabled = false;
    }, SETTLES_MS);
  }

  /** @param {Offer} offer */
  #fill(offer) {
    const values = {
      label: offer.label,
      name: offer.name,
      service: serviceName(offer),
      channel: t(`desk.channel_${offer.channel}`, { units: offer.units }),
      wait: counted("desk.minutes", minutes(offer.wait_seconds)),
      application: offer.application_number || t("desk.application_none"),
    };
    for (const [name, value] of Object.entries(values)) words(part(this.#place, name), value);
  }

  /** Also when it comes while the offer stands. @param {Offer} offer */
  #showCheck({ check }) {
    show(part(this.#place, "checkrow"), Boolean(check));
    if (check) words(part(this.#place, "check"), t(`desk.check.${check.verdict}`));
  }

  /** @param {Offer} offer */
  #countDown(offer) {
    const leftMs = Math.min(this.#wholeMs, Math.max(0, offer.expires_at - this.#parts.now()));
    const seconds = Math.ceil(leftMs / 1000);
    words(part(this.#place, "seconds"), seconds);
    words(part(this.#place, "seconds-words"), t("desk.seconds_left", { seconds }));
    const share = Math.min(100, Math.round(((seconds * 1000) / this.#wholeMs) * 100));
    part(this.#place, "arc").setAttribute("stroke-dasharray", `${share} 100`);
    if (!SPOKEN_SECONDS.includes(seconds) || this.#spokenAt === seconds) return;
    this.#spokenAt = seconds;
    shout(t("desk.seconds_left", { seconds }));
  }
}

/** What the free place says. @param {Desk} desk */
function awaitWords({ known, duty }) {
  if (!known || !duty) return t("desk.connecting");
  if (duty.state === "paused") return t("desk.await_paused");
  if (duty.state === "draining") return t("desk.await_draining");
  if (duty.state !== "available") return t("desk.await_off");
  return t(duty.load >= duty.capacity ? "desk.await_full" : "desk.await_ready");
}

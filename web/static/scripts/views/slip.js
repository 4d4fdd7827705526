// @ts-check
// The slip of somebody who waits: number, position, an honest wait, how fresh the figures are.
import { t } from "../text.js";
import { clockTime } from "../times.js";
import { counted } from "./counted.js";
import { deviceCheckView } from "./device_check.js";
import { clone, el, part, setIcon, show, words } from "./dom.js";
import { serviceOf } from "./event_words.js";
import { serviceName } from "./language.js";
import { confirmInPlace, copyButton, notMeButton } from "./place_acts.js";
import { say, shout } from "./speaker.js";
import { drawWait } from "./wait_picture.js";
import { age, bolded, grewWords, likelyWords, waitOf } from "./wait_words.js";

/** @typedef {import("../models/ticket.js").TicketModel} TicketModel */
/** @typedef {import("../wire.js").PositionTold} PositionTold */

/**
 * @typedef {object} SlipParts
 * @property {TicketModel} ticket
 * @property {() => number} now the service's time
 * @property {() => boolean} online
 * @property {string | null} pin
 * @property {() => string | null} link
 * @property {() => void} notMe
 * @property {import("./bell.js").Bell} bell
 * @property {() => Promise<string>} notify asks to be told near the turn; words for the button
 */

const SAY_EVERY_MS = 30_000;
const ALWAYS_SAID = 3;
// What brings somebody into the line, or out of it.
const MOVES = new Set(["joined", "served", "returned", "transferred", "reopened"]);

/** @param {HTMLElement} place @param {SlipParts} parts */
export function slipView(place, parts) {
  const view = new SlipView(place, parts);
  view.update();
  return view;
}

class SlipView {
  #parts;
  #root = clone("waiting-template");
  #check;
  /** @type {PositionTold | null} */
  #before = null;
  #grew = "";
  #saidPosition = 0;
  #saidAt = 0;
  #turn = "";

  /** @param {HTMLElement} place @param {SlipParts} parts */
  constructor(place, parts) {
    this.#parts = parts;
    this.#wireActs();
    this.#check = deviceCheckView(this.#root, parts.ticket);
    place.replaceChildren(this.#root);
  }

  close() {
    this.#check.close();
    this.#root.remove();
  }

  /** The heading of what is shown now. */
  get title() {
    return part(this.#root, this.#turn ? "turnwords" : "title");
  }

  #wireActs() {
    const { ticket, link, notMe, bell, notify } = this.#parts;
    copyButton(part(this.#root, "copy"), part(this.#root, "copywords"), link);
    confirmInPlace(part(this.#root, "leave"), {
      question: t("waiting.leave_sure"),
      yes: t("waiting.leave_yes"),
      no: t("waiting.leave_no"),
      act: () => ticket.leave(),
      fail: () => say(t("error.busy")),
    });
    notMeButton(part(this.#root, "notme"), notMe);
    const told = part(this.#root, "notifywords");
    part(this.#root, "notify").addEventListener("click", async () => words(told, await notify()));
    part(this.#root, "trysound").addEventListener("click", async () => {
      if (await bell.unlock()) bell.once();
    });
  }

  /** Brings the page up to what the model holds; call each second too, for the ages. */
  update() {
    const { ticket, online } = this.#parts;
    const shown = ticket.shown;
    if (!shown) return;
    words(part(this.#root, "number"), shown.label);
    words(part(this.#root, "what"), t(`waiting.by_${shown.channel}`, { service: serviceName(shown) }));
    setIcon(part(this.#root, "channelicon"), shown.channel);
    part(this.#root, "elsewhere").replaceChildren(...this.#elsewhere(shown.label));
    this.#root.classList.toggle("aged", !online());
    this.#showTransfer();
    this.#showTurn();
    this.#showPosition(ticket.position);
    this.#showFreshness(ticket.position);
    this.#check.update();
  }

  /** @param {string} label */
  #elsewhere(label) {
    const { pin } = this.#parts;
    return pin ? bolded("waiting.elsewhere", { label, pin: `${pin.slice(0, 3)}\u00a0${pin.slice(3)}` }) : [t("waiting.place_kept")];
  }

  /** Whoever was served already reads why they wait again. */
  #showTransfer() {
    const { entries } = this.#parts.ticket.transcript;
    const last = entries.filter(({ kind }) => MOVES.has(kind)).at(-1);
    show(part(this.#root, "reopened"), last?.kind === "reopened");
    words(part(this.#root, "reopenedwords"), t(`waiting.reopened_by_${last?.values?.by === "officer" ? "officer" : "applicant"}`));
    const transferred = last?.kind === "transferred" ? last : null;
    show(part(this.#root, "transferred"), transferred !== null);
    if (!transferred) return;
    const reason = transferred.values?.reason === "service" ? "service" : "officer";
    words(part(this.#root, "transferredwords"), t(`waiting.transferred_${reason}`, { service: serviceOf(transferred) }));
  }

  #showTurn() {
    const { ticket } = this.#parts;
    const turn = ticket.stage === "offered" ? t("waiting.offered") : ticket.isNext && !ticket.nobodyOnDuty ? t("waiting.next") : "";
    if (turn !== this.#turn && turn) shout(turn);
    this.#turn = turn;
    words(part(this.#root, "turnwords"), turn);
    show(part(this.#root, "turn"), turn !== "");
    show(part(this.#root, "title"), turn === "");
    show(part(this.#root, "tag"), turn === "");
    show(part(this.#root, "keep"), turn === "");
    show(part(this.#root, "open"), turn !== "");
    show(part(this.#root, "ready"), turn !== "");
    show(part(this.#root, "notify"), turn === "");
  }

  /** @param {PositionTold | null} told */
  #showPosition(told) {
    words(part(this.#root, "position"), told ? told.position : "…");
    const offered = this.#parts.ticket.stage === "offered";
    const wait = told && !offered ? waitOf(told) : null;
    const nobody = told !== null && !offered && this.#parts.ticket.nobodyOnDuty;
    const figure = part(this.#root, "wait");
    figure.classList.toggle("words", !wait);
    if (wait) figure.replaceChildren(wait.minutes, " ", el("small", {}, counted("age.minutes_word", wait.minutes === "1" ? 1 : 2)));
    else words(figure, offered ? t("waiting.any_moment") : told ? t("waiting.too_thin") : "…");
    show(part(this.#root, "window"), wait !== null && !nobody && this.#turn === "");
    show(part(this.#root, "nobody"), nobody);
    if (!told) return;
    if (wait) {
      drawWait(this.#root, wait, told.at);
      part(this.#root, "likelywords").replaceChildren(...likelyWords(wait));
    }
    this.#showGrowth(told);
    this.#sayPosition(told, nobody);
  }

  /** @param {PositionTold} told */
  #showGrowth(told) {
    if (told !== this.#before) this.#grew = grewWords(this.#before, told) || (this.#stillLater(told) ? this.#grew : "");
    this.#before = told;
    words(part(this.#root, "grew"), this.#grew);
    show(part(this.#root, "grew"), this.#grew !== "");
  }

  /** @param {PositionTold} told */
  #stillLater(told) {
    return this.#before !== null && told.position >= this.#before.position;
  }

  /** @param {PositionTold | null} told */
  #showFreshness(told) {
    const { online, now, ticket } = this.#parts;
    const fresh = part(this.#root, "fresh");
    setIcon(part(this.#root, "freshicon"), online() ? "check" : "broken-link");
    if (!told) words(fresh, t("connection.connecting"));
    else if (!online()) words(fresh, t("waiting.as_of", { time: clockTime(told.at) }));
    else if (ticket.isNext && told.officers_on_duty > 0) words(fresh, counted("waiting.on_duty", told.officers_on_duty));
    else words(fresh, t("waiting.fresh", { age: age(now() - told.at) }));
  }

  /** At most each 30 seconds, but always at 3, 2 and 1. @param {PositionTold} told @param {boolean} nobody */
  #sayPosition(told, nobody) {
    if (told.position === this.#saidPosition) return;
    const soon = told.position <= ALWAYS_SAID || this.#saidPosition === 0;
    if (!soon && performance.now() - this.#saidAt < SAY_EVERY_MS) return;
    this.#saidPosition = told.position;
    this.#saidAt = performance.now();
    say(nobody ? t("waiting.nobody") : t("waiting.said_position", { position: told.position }));
  }
}

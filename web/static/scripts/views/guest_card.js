// @ts-check
// A third person: whom to invite, the link, who asks to come in, who takes part. One card, in the state that holds.
import { t } from "../text.js";
import { clockTime } from "../times.js";
import { el, icon, show } from "./dom.js";
import { copyButton } from "./place_acts.js";
import { say, shout } from "./speaker.js";

/** @typedef {import("../models/third_seat.js").ThirdSeat} ThirdSeat */
/** @typedef {{ seat: ThirdSeat, otherName: () => string }} GuestCardParts */
/** @typedef {{ words: string, act: () => Promise<unknown> | void, kind?: "main" | "danger" }} Act */

/** @param {HTMLElement} place @param {GuestCardParts} parts */
export function guestCard(place, parts) {
  return new GuestCard(place, parts);
}

/** The link as it is handed on. @param {string} id @param {string} secret */
export function guestLink(id, secret) {
  return `${location.origin}/j/${encodeURIComponent(id)}#${secret}`;
}

class GuestCard {
  #place;
  #parts;
  #choosing = false;
  #key = "";
  #fault = "";
  #stop;

  /** @param {HTMLElement} place @param {GuestCardParts} parts */
  constructor(place, parts) {
    this.#place = place;
    this.#parts = parts;
    place.classList.add("guestcard");
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", t("third.card"));
    this.#stop = parts.seat.onChange(() => this.update());
    this.update();
  }

  close() {
    this.#stop();
    this.#place.replaceChildren();
    show(this.#place, false);
  }

  /** "Undang orang ketiga" was pressed. */
  open() {
    this.#choosing = true;
    this.update();
    /** @type {HTMLElement | null} */ (this.#place.querySelector("button, p"))?.focus();
  }

  update() {
    const { seat } = this.#parts;
    if (seat.guest) this.#choosing = false;
    const { id = "", stage = this.#choosing ? "choosing" : "none", revision = 0 } = seat.guest ?? {};
    this.#place.classList.toggle("listener", seat.listener !== null);
    if (seat.listener) this.#place.classList.remove("urgent");
    const key = seat.listener ? `listens ${id}` : [id, stage, revision, seat.admittedHere, seat.noPath, seat.secret !== null, this.#fault].join(" ");
    if (key === this.#key) return;
    this.#key = key;
    const focused = this.#place.contains(document.activeElement);
    this.#place.replaceChildren(...this.#content());
    show(this.#place, this.#place.childElementCount > 0);
    if (focused) /** @type {HTMLElement | null} */ (this.#place.querySelector("p"))?.focus();
  }

  /** @returns {HTMLElement[]} */
  #content() {
    const { seat, otherName } = this.#parts;
    const { guest } = seat;
    if (!guest) return this.#choosing ? this.#choices() : [];
    if (seat.listener) return this.#listener(guest.name ?? "");
    const role = t(`third.role.${guest.role}`);
    const name = guest.name ?? "";
    const no = (/** @type {string} */ key) => /** @type {Act} */ ({ words: t(key), act: () => seat.dismiss(), kind: "danger" });
    if (guest.stage === "invited") return this.#invited(guest, role, no("third.withdraw"));
    if (guest.stage === "admitted") {
      // Here as well as in the tile, which has no room for words on a small desk.
      const [sign, key] = seat.noPath ? ["broken-link", "third.no_path"] : ["users", "third.present"];
      return this.#told(sign, t(key, { name, role }), [no("third.remove")]);
    }
    if (seat.admittedHere) {
      return this.#told("hourglass", t("third.waits_for", { name, role, other: otherName() }), [no("third.refuse")]);
    }
    const asks = t("third.asks", { name, role });
    shout(asks);
    return this.#told("bell", asks, [{ words: t("third.admit"), act: () => seat.admit(), kind: "main" }, no("third.refuse")], true);
  }

  /** Who only listens is told of, not asked about; it stands here for as long as it holds. @param {string} name */
  #listener(name) {
    const listens = t("third.listens");
    shout(listens);
    const words = el("span", {}, el("b", {}, listens), el("span", { class: "small" }, t("third.listens_also", { name })));
    return [el("p", { tabindex: "-1" }, icon("sound", "s"), words)];
  }

  #choices() {
    const { seat } = this.#parts;
    const acts = seat.roles.map((role) => ({ words: t(`third.role.${role}`), act: () => seat.invite(role) }));
    const back = { words: t("third.not_now"), act: () => this.#close() };
    return this.#told("users", t("third.whom"), [...acts, back]);
  }

  /** @param {import("../wire.js").GuestShown} guest @param {string} role @param {Act} withdraw */
  #invited(guest, role, withdraw) {
    const { secret } = this.#parts.seat;
    const time = guest.expires_at ? clockTime(guest.expires_at) : "";
    const told = this.#told("clock", t(secret ? "third.link" : "third.link_elsewhere", { role, time }), [withdraw]);
    if (!secret) return told;
    const label = el("span", {}, t("third.copy"));
    const copy = el("button", { class: "btn low", type: "button" }, icon("copy", "s"), label);
    copyButton(copy, label, () => guestLink(guest.id, secret));
    told[1].prepend(copy);
    return told;
  }

  /** @param {string} sign @param {string} words @param {Act[]} acts @param {boolean} [urgent] somebody waits for an answer */
  #told(sign, words, acts, urgent = false) {
    this.#place.classList.toggle("urgent", urgent);
    const line = el("p", { tabindex: "-1" }, icon(sign, "s"), el("span", {}, words));
    const fault = this.#fault ? [el("p", { class: "fault", role: "alert" }, icon("alert", "xs"), el("span", {}, this.#fault))] : [];
    return [line, el("div", { class: "acts" }, ...acts.map((act) => this.#button(act))), ...fault];
  }

  /** @param {Act} act */
  #button({ words, act, kind }) {
    return el("button", { class: kind ? `btn low ${kind}` : "btn low", type: "button", onclick: () => void this.#try(act) }, words);
  }

  /** @param {() => Promise<unknown> | void} act */
  async #try(act) {
    try {
      this.#fault = "";
      await act();
    } catch (refusal) {
      const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string> }} */ (refusal);
      this.#fault = t(`error.${code}`, values);
      say(this.#fault);
    }
    this.update();
  }

  #close() {
    this.#choosing = false;
  }
}

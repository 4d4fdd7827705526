// @ts-check
// After the end: how well somebody was helped, asked once and never in the way of anything else.
import { t } from "../text.js";
import { part, show, words } from "./dom.js";

/** @typedef {import("../models/ticket.js").TicketModel} TicketModel */
/** @typedef {{ score: string, remark: string }} Draft */

/**
 * @param {HTMLElement} place
 * @param {{ ticket: TicketModel, now: () => number, storage: Storage, draftKey: string }} parts
 */
export function ratingView(place, parts) {
  const view = new RatingView(place, parts);
  view.update();
  return view;
}

class RatingView {
  #place;
  #parts;
  #form;
  #remark;
  #sent = false;

  /** @param {HTMLElement} place @param {{ ticket: TicketModel, now: () => number, storage: Storage, draftKey: string }} parts */
  constructor(place, parts) {
    this.#place = place;
    this.#parts = parts;
    this.#form = /** @type {HTMLFormElement} */ (part(place, "rating-form"));
    this.#remark = /** @type {HTMLTextAreaElement} */ (part(place, "rating-remark"));
    this.#fill();
    this.#form.addEventListener("input", () => this.#keep());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  update() {
    const { ticket, now } = this.#parts;
    const { rated, rateUntil } = ticket;
    show(part(this.#place, "rating-thanks"), rated !== null);
    show(this.#form, rated === null);
    show(this.#place, rated !== null || (rateUntil !== null && rateUntil > now()));
  }

  get #score() {
    return Number(new FormData(this.#form).get("score") ?? 0);
  }

  async #send() {
    if (this.#sent) return;
    if (this.#score === 0) return this.#tell(t("rating.score_missing"));
    this.#tell("");
    this.#sent = true;
    try {
      await this.#parts.ticket.rate(this.#score, this.#remark.value.trim());
      this.#parts.storage.removeItem(this.#parts.draftKey);
      part(this.#place, "rating-thanks").focus();
    } catch (refusal) {
      const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (refusal);
      this.#tell(t(`error.${code}`, values));
    }
    this.#sent = false;
  }

  /** @param {string} why */
  #tell(why) {
    words(part(this.#place, "rating-fault-words"), why);
    show(part(this.#place, "rating-fault"), why !== "");
  }

  /** What was chosen and written outlives a reload until it is sent. */
  #keep() {
    const draft = JSON.stringify({ score: String(this.#score || ""), remark: this.#remark.value });
    try {
      this.#parts.storage.setItem(this.#parts.draftKey, draft);
    } catch {
      // A browser that keeps nothing: what is written stays on the page.
    }
  }

  #fill() {
    const kept = this.#parts.storage.getItem(this.#parts.draftKey);
    if (!kept) return;
    const { score, remark } = /** @type {Draft} */ (JSON.parse(kept));
    this.#remark.value = remark;
    for (const mark of this.#form.querySelectorAll("input")) mark.checked = mark.value === score;
  }
}

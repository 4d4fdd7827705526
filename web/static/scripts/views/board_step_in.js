// @ts-check
// Stepping in from the board: what is about to be done, and why.
import { t } from "../text.js";
import { clone, part, show, words } from "./dom.js";

/** @typedef {import("../wire.js").TicketFigures} TicketFigures */
/** @typedef {"close" | "block" | "forward"} Act */

/** As much as the service takes. @type {Record<Act, number>} */
const MOST_LETTERS = { close: 500, block: 500, forward: 300 };

/** The question with its reason: one for the panel, in the row that it is about. */
export class StepInForm {
  #form = /** @type {HTMLFormElement} */ (clone("step-in"));
  #why = /** @type {HTMLTextAreaElement} */ (part(this.#form, "why"));
  #minutes = /** @type {HTMLSelectElement} */ (part(this.#form, "minutes"));
  #carryOut;
  /** @type {Act} */
  #act = "block";
  /** As it was shown when it was asked about. @type {TicketFigures | null} */
  #about = null;
  /** As it is shown now. @type {TicketFigures | null} */
  #latest = null;
  #sending = false;

  /** @param {(act: Act, about: TicketFigures, reason: string, minutes: number) => Promise<void>} carryOut */
  constructor(carryOut) {
    this.#carryOut = carryOut;
    part(this.#form, "no").addEventListener("click", () => {
      const row = this.#form.parentElement;
      this.close();
      row?.querySelector("button")?.focus();
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  /** What it asks about, if anything. */
  get about() {
    return this.#about;
  }

  /** @param {Act} act @param {TicketFigures} figures @param {HTMLElement} row */
  asks(act, figures, row) {
    if (this.#sending) return;
    if (this.#about?.id !== figures.id) this.#why.value = "";
    this.#act = act;
    this.#about = figures;
    const { label } = figures;
    words(part(this.#form, "title"), t(`board.${act}_title`, { label }));
    words(part(this.#form, "about"), t(`board.${act}_about`));
    words(part(this.#form, "yes"), t(`board.${act}_yes`));
    part(this.#form, "yes").classList.toggle("danger", act !== "forward");
    this.#form.classList.toggle("mild", act === "forward");
    show(part(this.#form, "earlier"), act === "forward");
    this.#why.maxLength = MOST_LETTERS[act];
    this.#form.setAttribute("aria-label", t(`board.${act}_title`, { label }));
    this.#refuse("");
    this.#latest = figures;
    row.append(this.#form);
    this.#why.focus();
  }

  /** The row says something else now. @param {TicketFigures} figures */
  learns(figures) {
    if (this.#about?.id === figures.id) this.#latest = figures;
  }

  close() {
    this.#about = null;
    this.#form.remove();
  }

  async #send() {
    const about = this.#about;
    const reason = this.#why.value.trim();
    if (!about || this.#sending) return;
    if (!reason) return this.#refuse(t("board.reason_missing"));
    this.#refuse("");
    this.#sending = true;
    try {
      await this.#carryOut(this.#act, about, reason, Number(this.#minutes.value));
    } catch (refusal) {
      const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (refusal);
      this.#refuse(t(`error.${code}`, values));
      // Whoever says yes once more has seen what it has become.
      this.#about &&= this.#latest;
    }
    this.#sending = false;
  }

  /** @param {string} why "" takes it away */
  #refuse(why) {
    words(part(this.#form, "fault-words"), why);
    show(part(this.#form, "fault"), why !== "");
    if (why) {
      this.#why.setAttribute("aria-invalid", "true");
      this.#why.focus();
    } else this.#why.removeAttribute("aria-invalid");
  }
}

// @ts-check
// Left on the desk: who was served last and is gone, to be called back.
import { t } from "../text.js";
import { el, part, show } from "./dom.js";

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {import("../models/desk.js").Closed} Closed */

const MOST = 3;

/**
 * @param {HTMLElement} side
 * @param {{ desk: Desk, tell: (words: string) => void }} parts
 */
export function endedView(side, { desk, tell }) {
  const list = part(side, "ended");
  /** @type {Set<Closed>} whom somebody called back, or who cannot be */
  const settled = new Set();
  /** @type {Set<Closed>} asked and not answered yet */
  const asked = new Set();

  const update = () => {
    const served = new Set(desk.conversations.map(({ ticket }) => ticket.id));
    /** @type {Map<string, Closed>} the last closing of each */
    const last = new Map();
    for (const closed of desk.closed) {
      last.delete(closed.ticket);
      last.set(closed.ticket, closed);
    }
    const shown = [...last.values()].filter((one) => one.why === "ended" && !served.has(one.ticket) && !settled.has(one)).slice(-MOST).reverse();
    show(part(side, "ended-section"), shown.length > 0);
    const drawn = shown.map(({ ticket }) => ticket).join(" ");
    if (list.dataset.drawn === drawn) return;
    list.dataset.drawn = drawn;
    list.replaceChildren(...shown.map(item));
  };

  /** @param {Closed} closed */
  function item(closed) {
    const { label } = closed;
    const act = el("button", { class: "btn low", type: "button", "aria-label": t("desk.reopen_label", { label }), onclick: () => void reopen(closed) }, t("desk.reopen"));
    return el("li", { class: "line" }, el("span", { class: "no" }, label), el("span", { class: "who" }), act);
  }

  /** @param {Closed} closed */
  async function reopen(closed) {
    if (asked.has(closed)) return;
    asked.add(closed);
    try {
      await desk.reopen(closed.ticket);
      settled.add(closed);
      tell(t("desk.reopened_told", { label: closed.label }));
    } catch (refusal) {
      const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (refusal);
      if (code === "stage_forbids" || code === "not_found" || code === "too_late") settled.add(closed);
      tell(t(`error.${code}`, values));
    }
    asked.delete(closed);
    update();
  }

  update();
  return { update };
}

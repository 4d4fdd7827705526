// @ts-check
// Ending an officer's shift from the board: whose, and once more yes.
import { t } from "../text.js";
import { el, part, show, words } from "./dom.js";

/** @typedef {import("../models/board.js").Board} Board */

/** The states from which a shift may be finished. */
const MAY_FINISH = new Set(["available", "paused"]);

/** @param {HTMLElement} panel the officers' @param {Board} board */
export function shiftView(panel, board) {
  const place = /** @type {HTMLDetailsElement} */ (part(panel, "shift"));
  const choice = /** @type {HTMLSelectElement} */ (part(panel, "shift-officer"));
  let drawn = "";
  let sending = false;

  /** @param {string} why "" takes it away */
  const refuse = (why) => {
    words(part(panel, "shift-fault-words"), why);
    show(part(panel, "shift-fault"), why !== "");
    if (why) choice.setAttribute("aria-invalid", "true");
    else choice.removeAttribute("aria-invalid");
  };
  const send = async () => {
    const name = choice.selectedOptions[0]?.textContent ?? "";
    refuse(choice.value ? "" : t("board.shift_missing"));
    if (!choice.value) return choice.focus();
    if (sending) return;
    sending = true;
    try {
      await board.endShift(choice.value);
      place.open = false;
      place.querySelector("summary")?.focus();
      words(part(panel, "shift-told"), t("board.shift_done", { name }));
    } catch (refusal) {
      const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (refusal);
      refuse(t(`error.${code}`, values));
    }
    sending = false;
  };
  part(panel, "shift-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  place.addEventListener("toggle", () => {
    if (!place.open) return;
    refuse("");
    words(part(panel, "shift-told"), "");
  });

  return {
    update() {
      const officers = board.officers.filter(({ state }) => MAY_FINISH.has(state));
      show(place, officers.length > 0 || place.open);
      const state = JSON.stringify(officers.map(({ id, name }) => [id, name]));
      if (state === drawn) return;
      drawn = state;
      const chosen = choice.value;
      choice.replaceChildren(
        el("option", { value: "" }, t("board.shift_choose")),
        ...officers.map(({ id, name }) => el("option", { value: id }, name)),
      );
      if (officers.some(({ id }) => id === chosen)) choice.value = chosen;
    },
  };
}

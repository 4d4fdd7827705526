// @ts-check
// Below 64rem the desk shows one part at a time: queue, conversations or file. The stylesheet reads `data-tab`.
import { t } from "../text.js";
import { part, words } from "./dom.js";

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {"queue" | "talk" | "file"} Tab */

/** @param {HTMLElement} root @param {Desk} desk */
export function tabsView(root, desk) {
  const buttons = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".desktabs [data-tab]")]);

  /** @param {string} tab */
  const open = (tab) => {
    root.dataset.tab = tab;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
  };
  for (const button of buttons) button.addEventListener("click", () => open(button.dataset.tab ?? "talk"));

  const update = () => {
    const unread = desk.conversations.reduce((sum, { transcript }) => sum + transcript.unread, 0);
    const counts = /** @type {Record<string, string>} */ ({
      queue: desk.known ? String(desk.lineTotal) : "",
      talk: unread > 0 ? t("desk.sub_new", { count: unread }) : desk.known ? String(desk.conversations.length) : "",
    });
    for (const button of buttons) {
      const count = counts[button.dataset.tab ?? ""];
      if (count !== undefined) words(part(button, "count"), count);
    }
  };
  update();
  const areShown = () => buttons.some((button) => button.checkVisibility());
  return { update, /** @type {(tab: Tab) => void} */ open, areShown };
}

// @ts-check
// After the end, for a day: the same number and conversation once more.
import { t } from "../text.js";
import { clockDay, clockTimeZone } from "../times.js";
import { part, show, words } from "./dom.js";

/** @typedef {import("../models/ticket.js").TicketModel} TicketModel */

/** @param {HTMLElement} place @param {{ ticket: TicketModel, now: () => number }} parts */
export function reopenView(place, { ticket, now }) {
  const act = part(place, "act");
  let asked = false;

  act.addEventListener("click", async () => {
    if (asked) return;
    asked = true;
    tell("");
    try {
      await ticket.reopen();
    } catch (refusal) {
      const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (refusal);
      tell(t(`error.${code}`, values));
    }
    asked = false;
  });

  /** @param {string} why */
  function tell(why) {
    words(part(place, "fault-words"), why);
    show(part(place, "fault"), why !== "");
  }

  const update = () => {
    const until = ticket.reopenUntil;
    show(place, until !== null && until > now());
    if (until === null) return;
    const minutes = ticket.priorityMinutes;
    const values = { minutes, day: clockDay(until), time: clockTimeZone(until) };
    words(part(place, "act-words"), t(ticket.wasServed ? "ended.reopen" : "ended.reopen_number"));
    words(part(place, "hint"), t(minutes > 0 ? "ended.reopen_hint" : "ended.reopen_last_hint", values));
  };
  return { update };
}

// @ts-check
// The four figures over all services, and the one thing that asks for the supervisor most.
import { t } from "../text.js";
import { duration } from "../times.js";
import { groupOf, onDuty } from "./board_groups.js";
import { counted } from "./counted.js";
import { part, show, words } from "./dom.js";
import { inLanguage } from "./language.js";

/** @typedef {import("../models/board.js").Board} Board */
/** @typedef {import("../wire.js").ServiceFigures} ServiceFigures */

/** @param {HTMLElement} place @param {Board} board @param {() => number} now */
export function figuresView(place, board, now) {
  /** @param {string} name @param {string | number} value @param {string} about */
  const put = (name, value, about) => {
    words(part(place, name), value);
    words(part(place, `${name}-about`), about);
  };
  return {
    update() {
      if (!board.known) return;
      const { services, officers, totals } = board;
      const sum = (/** @type {"waiting_chat" | "waiting_video"} */ what) => services.reduce((all, each) => all + each[what], 0);
      put("waiting", totals.waiting, t("board.by_channel", { chat: sum("waiting_chat"), video: sum("waiting_video") }));
      const since = totals.longestSinceAt;
      put("longest", since === null ? "–" : duration((now() - since) / 1000), longestWords(board));
      const busy = officers.filter((officer) => groupOf(officer) === "serving").length;
      put("serving", totals.serving, counted("board.by_officers", busy));
      const { ready, paused, all } = onDuty(officers);
      put("on_duty", all, all > 0 ? t("board.duty_split", { ready, paused }) : t("board.officers_none"));
    },
  };
}

/** @param {Board} board */
function longestWords({ services, totals }) {
  const service = services.find(({ longest_label: label }) => label !== undefined && label === totals.longestLabel);
  return service ? t("board.longest_who", { label: totals.longestLabel ?? "", service: inLanguage(service.name, service.name_en) }) : t("board.nobody");
}

/** The servers cannot tell each other anything: said for as long as it lasts. @param {HTMLElement} strip @param {Board} board */
export function apartView(strip, board) {
  return {
    update() {
      const apart = board.shown?.redis_away ?? false;
      if (apart) words(part(strip, "words"), t("board.redis_away"));
      show(strip, apart);
    },
  };
}

/** People wait for a service that nobody on duty serves: the worst is named, the rest counted. @param {HTMLElement} strip @param {Board} board */
export function unservedView(strip, board) {
  return {
    update() {
      const alone = board.services
        .filter(({ waiting, officers_on_duty: officers }) => waiting > 0 && officers === 0)
        .sort((one, other) => other.waiting - one.waiting);
      const worst = alone[0];
      show(strip, worst !== undefined);
      if (!worst) return;
      words(part(strip, "first"), t("board.unserved", { service: inLanguage(worst.name, worst.name_en), count: worst.waiting }));
      words(part(strip, "more"), alone.length > 1 ? t("board.unserved_more", { count: alone.length - 1 }) : "");
    },
  };
}

/** Somebody was given back again and again: who it is, how often, and how many more. @param {HTMLElement} strip @param {Board} board */
export function returnedView(strip, board) {
  return {
    update() {
      const [worst, ...more] = board.shown?.returned ?? [];
      show(strip, worst !== undefined);
      if (!worst) return;
      const service = inLanguage(worst.service_name, worst.service_name_en);
      words(part(strip, "first"), t("board.returned", { label: worst.label, service, count: worst.times }));
      words(part(strip, "more"), [t("board.returned_then"), more.length > 0 ? counted("board.returned_more", more.length) : ""].join(" ").trim());
    },
  };
}

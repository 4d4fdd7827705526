// @ts-check
// How old the figures are: said quietly while they are live, across the top once they are not.
import { t } from "../text.js";
import { clockTimeZone } from "../times.js";
import { part, show, words } from "./dom.js";

/** @typedef {import("../models/board.js").Board} Board */

const STALE_MS = 5000;

/** @param {HTMLElement} fresh @param {HTMLElement} strip @param {Board} board @param {{ now: () => number, online: () => boolean, disrupted: () => boolean }} parts */
export function freshView(fresh, strip, board, { now, online, disrupted }) {
  const openedAt = performance.now();
  return {
    update() {
      const ageMs = board.ageMs();
      const cutMs = online() ? 0 : (ageMs ?? performance.now() - openedAt);
      const stale = disrupted() || cutMs > STALE_MS;
      show(strip, stale);
      document.body.classList.toggle("stale", stale);
      fresh.classList.toggle("cold", stale || !online());
      if (stale) words(part(strip, "words"), staleWords(disrupted() ? "board.disrupted" : "board.stale", ageMs, now()));
      words(part(fresh, "words"), freshWords());
    },
  };

  function freshWords() {
    if (disrupted()) return t("board.disrupted_short");
    return online() && board.shown ? liveWords(now() - board.shown.at) : t("board.connecting");
  }
}

/** @param {"board.stale" | "board.disrupted"} key @param {number | null} ageMs @param {number} now */
function staleWords(key, ageMs, now) {
  if (ageMs === null) return t(`${key}_unknown`);
  return t(key, { time: clockTimeZone(now - ageMs), age: ageWords(ageMs) });
}

/** @param {number} ageMs since the figures last changed */
function liveWords(ageMs) {
  return ageMs < 1000 ? t("board.updated_now") : t("board.updated", { age: ageWords(ageMs) });
}

/** @param {number} ageMs */
function ageWords(ageMs) {
  const seconds = Math.max(1, Math.floor(ageMs / 1000));
  if (seconds < 60) return t("board.seconds", { count: seconds });
  const count = Math.floor(seconds / 60);
  return count < 60 ? t("board.minutes", { count }) : t("board.hours", { count: Math.floor(count / 60) });
}

// @ts-check
// An honest wait: a range, the clock times it means, and why it grew.
import { t } from "../text.js";
import { clockTime } from "../times.js";
import { counted } from "./counted.js";
import { el } from "./dom.js";

/** @typedef {import("../wire.js").PositionTold} PositionTold */
/** @typedef {{ lowAt: number, highAt: number, minutes: string }} Wait */

const GREW_MS = 120_000;

/** The range of `told`, or null where data is too thin. @param {PositionTold} told @returns {Wait | null} */
export function waitOf(told) {
  const { wait_low_seconds: low, wait_high_seconds: high, at } = told;
  if (low === null || low === undefined || high === null || high === undefined) return null;
  const from = Math.max(1, Math.floor(low / 60));
  const to = Math.max(from, Math.ceil(high / 60));
  return { lowAt: at + low * 1000, highAt: at + high * 1000, minutes: from === to ? String(from) : `${from}–${to}` };
}

/** @param {Wait} wait */
export function likelyWords(wait) {
  return bolded("waiting.likely", { low: clockTime(wait.lowAt), high: clockTime(wait.highAt) });
}

/** A text whose values stand out. @param {string} key @param {Record<string, string>} values @returns {(string | HTMLElement)[]} */
export function bolded(key, values) {
  return t(key)
    .split(/(\{\w+\})/)
    .map((piece) => (piece.startsWith("{") ? el("b", { class: "num" }, values[piece.slice(1, -1)] ?? piece) : piece));
}

/** Why the later end moved away, or "" when it did not. @param {PositionTold | null} before @param {PositionTold} after */
export function grewWords(before, after) {
  const earlier = before ? waitOf(before) : null;
  const later = waitOf(after);
  if (!before || !earlier || !later || later.highAt - earlier.highAt < GREW_MS) return "";
  if (after.officers_on_duty < before.officers_on_duty) return counted("waiting.grew_officers", after.officers_on_duty);
  if (after.position > before.position) return t("waiting.grew_returned");
  return t("waiting.grew_longer");
}

/** "4 detik", "2 menit": how old a figure is. @param {number} ms */
export function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return counted("age.seconds", seconds);
  return counted("age.minutes", Math.round(seconds / 60));
}

// @ts-check
// The wait drawn on a line from now to a little after its later end.
import { t } from "../text.js";
import { clockTime } from "../times.js";
import { part, show, words } from "./dom.js";

const LATER_END = 81;
const LEAST_WIDTH = 6;
const ROOM_FOR_NOW = 26;
const ROOM_BETWEEN = 18;

/** @param {Element} root @param {{ lowAt: number, highAt: number }} wait @param {number} now */
export function drawWait(root, wait, now) {
  const scale = LATER_END / Math.max(1, wait.highAt - now);
  const from = Math.min(Math.max(2, (wait.lowAt - now) * scale), LATER_END - LEAST_WIDTH);
  const bar = part(root, "likely");
  bar.setAttribute("x", `${from.toFixed(1)}%`);
  bar.setAttribute("width", `${(LATER_END - from).toFixed(1)}%`);
  label(part(root, "low"), Math.min(from, LATER_END - ROOM_BETWEEN), clockTime(wait.lowAt));
  label(part(root, "high"), LATER_END, clockTime(wait.highAt));
  show(part(root, "from"), from >= ROOM_FOR_NOW);
  const said = t("waiting.picture", { now: clockTime(now), low: clockTime(wait.lowAt), high: clockTime(wait.highAt) });
  part(root, "picture").setAttribute("aria-label", said);
}

/** @param {Element} node @param {number} at in per cent @param {string} text */
function label(node, at, text) {
  node.setAttribute("x", `${at.toFixed(1)}%`);
  node.setAttribute("text-anchor", at < 8 ? "start" : "middle");
  words(node, text);
}

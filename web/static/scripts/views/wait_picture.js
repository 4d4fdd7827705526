// @ts-check
// The wait drawn on a line from now to a little after its later end.
import { t } from "../text.js";
import { clockTime } from "../times.js";
import { part, show, words } from "./dom.js";

const LATER_END = 81;
const LEAST_WIDTH = 6;
const BETWEEN_PX = 10;

/** @param {Element} root @param {{ lowAt: number, highAt: number }} wait @param {number} now */
export function drawWait(root, wait, now) {
  const scale = LATER_END / Math.max(1, wait.highAt - now);
  const from = Math.min(Math.max(2, (wait.lowAt - now) * scale), LATER_END - LEAST_WIDTH);
  const bar = part(root, "likely");
  bar.setAttribute("x", `${from.toFixed(1)}%`);
  bar.setAttribute("width", `${(LATER_END - from).toFixed(1)}%`);
  labels(root, from, clockTime(wait.lowAt), clockTime(wait.highAt));
  const said = t("waiting.picture", { now: clockTime(now), low: clockTime(wait.lowAt), high: clockTime(wait.highAt) });
  part(root, "picture").setAttribute("aria-label", said);
}

/**
 * Both times under the ends of the bar, never over each other; "now" where there is still room for it.
 * @param {Element} root @param {number} from @param {string} lowTime @param {string} highTime
 */
function labels(root, from, lowTime, highTime) {
  const [now, low, high] = ["from", "low", "high"].map((name) => part(root, name));
  show(now, true);
  label(high, LATER_END, highTime);
  label(low, from, lowTime);
  const between = share(root, BETWEEN_PX);
  const lowAt = Math.min(from, LATER_END - (wide(root, low) + wide(root, high)) / 2 - between);
  label(low, lowAt, lowTime);
  show(now, wide(root, now) + between <= lowAt - wide(root, low) / 2);
}

/** The part of the picture's width that these pixels take, in per cent. @param {Element} root @param {number} px */
function share(root, px) {
  return (100 * px) / Math.max(1, part(root, "picture").clientWidth);
}

/** @param {Element} root @param {Element} text */
function wide(root, text) {
  return share(root, text.getBoundingClientRect().width);
}

/** @param {Element} node @param {number} at in per cent @param {string} text */
function label(node, at, text) {
  node.setAttribute("x", `${at.toFixed(1)}%`);
  node.setAttribute("text-anchor", at < 8 ? "start" : "middle");
  words(node, text);
}

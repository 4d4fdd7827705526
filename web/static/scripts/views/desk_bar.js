// @ts-check
// The bar across the desk: the officer's state, units in use, sound, the clock.
import { t } from "../text.js";
import { clockTimeZone } from "../times.js";
import { part, show, words } from "./dom.js";

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {import("../wire.js").Duty} Duty */

const SVG = "http://www.w3.org/2000/svg";
const UNIT_PX = 23;
/** Where there are many, words need the room. */
const NARROW_UNIT_PX = 12;
const MANY = 5;

/**
 * @typedef {object} BarParts
 * @property {Desk} desk
 * @property {() => number} now
 * @property {(asked: Promise<unknown>) => void} ask tells the officer when an order was refused
 */

/** @param {HTMLElement} bar @param {BarParts} parts */
export function barView(bar, { desk, now, ask }) {
  const ready = part(bar, "ready");
  const pause = part(bar, "pause");
  const reason = /** @type {HTMLSelectElement} */ (part(bar, "reason"));
  ready.addEventListener("click", () => ask(desk.ready()));
  pause.addEventListener("click", () => desk.duty?.state === "paused" || ask(desk.pause()));
  reason.addEventListener("change", () => ask(desk.pause(reason.value)));
  part(bar, "finish").addEventListener("click", () => {
    part(bar, "menu").removeAttribute("open");
    ask(desk.finishShift());
  });

  const update = () => {
    const duty = desk.duty;
    // Until the first snapshot there is nothing to change, and nowhere to send it.
    for (const button of [ready, pause]) /** @type {HTMLButtonElement} */ (button).disabled = !desk.known;
    press(ready, duty?.state === "available");
    press(pause, duty?.state === "paused");
    show(part(bar, "why"), duty?.state === "paused");
    if (duty && document.activeElement !== reason) reason.value = duty.reason ?? "";
    words(part(bar, "load"), duty ? loadWords(duty) : "");
    words(part(bar, "brief"), duty ? t("desk.units_short", { used: duty.load, total: duty.capacity }) : "");
    drawUnits(part(bar, "units"), duty?.load ?? 0, duty?.capacity ?? 0);
    words(part(bar, "clock"), desk.known ? clockTimeZone(now()) : "");
  };
  update();
  return { update };
}

/** @param {HTMLElement} button @param {boolean} on */
function press(button, on) {
  if (button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", String(on));
}

/** @param {Duty} duty */
function loadWords({ state, load, capacity }) {
  if (state === "draining") return t("desk.draining");
  if (state === "offline") return t("desk.off_duty");
  return t(load >= capacity ? "desk.units_full" : "desk.units", { used: load, total: capacity });
}

/** One box for each unit, filled while in use. @param {Element} drawing @param {number} used @param {number} total */
function drawUnits(drawing, used, total) {
  const state = `${used}/${total}`;
  if (drawing.getAttribute("data-state") === state) return;
  drawing.setAttribute("data-state", state);
  const wide = total > MANY ? NARROW_UNIT_PX : UNIT_PX;
  drawing.setAttribute("width", String(Math.max(0, total * wide - 3)));
  const boxes = Array.from({ length: total }, (_, index) => {
    const box = document.createElementNS(SVG, "rect");
    const values = { x: index * wide + 0.75, y: 0.75, width: wide - 4.5, height: 8.5, rx: 2.5 };
    for (const [name, value] of Object.entries(values)) box.setAttribute(name, String(value));
    if (index < used) box.setAttribute("class", "on");
    return box;
  });
  drawing.replaceChildren(...boxes);
}

// @ts-check
// The strip under the header: says when the connection is gone and that nothing is lost.
import { t } from "../text.js";
import { el, icon, show, words } from "./dom.js";

/** @typedef {import("../models/channel.js").Channel} Channel */

const PATIENCE_MS = 1000;

/** @param {HTMLElement} place @param {Channel} channel @param {() => number} [now] of the same clock as `sinceMs` */
export function bannerView(place, channel, now = () => Date.now()) {
  const strong = el("b");
  const rest = el("span");
  const strip = el("div", { class: "netbar", role: "status", hidden: true }, icon("broken-link", "s"), el("p", {}, strong, " ", rest));
  place.replaceChildren(strip);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  const update = () => {
    clearTimeout(waiting);
    const { name, sinceMs, polls } = channel.state;
    const age = now() - sinceMs;
    const told = name === "offline" || (name === "connecting" && channel.state.attempt > 1);
    // A blink of the network needs no words.
    if (told && age < PATIENCE_MS) waiting = setTimeout(update, PATIENCE_MS - age + 50);
    words(strong, polls ? t("connection.limited") : name === "connecting" ? t("connection.not_yet") : t("connection.lost"));
    words(rest, t(polls ? "connection.limited_also" : "connection.returning"));
    show(strip, polls || (told && age >= PATIENCE_MS));
  };

  const stop = channel.onState(update);
  update();
  return {
    update,
    close() {
      clearTimeout(waiting);
      stop();
      strip.remove();
    },
  };
}

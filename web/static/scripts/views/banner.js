// @ts-check
// The strip under the header: says when the connection is gone or the service cannot store anything, and that nothing is lost.
import { t } from "../text.js";
import { el, icon, setIcon, show, words } from "./dom.js";

/** @typedef {import("../models/channel.js").Channel} Channel */
/** @typedef {{ now?: () => number, kept?: () => string }} BannerParts `now`: of the same clock as `sinceMs`; `kept`: the text that says what becomes of this page's things meanwhile */
/** @typedef {{ icon: string, strong: string, rest: string, calm?: boolean }} Told */

const PATIENCE_MS = 1000;
const OVER_MS = 6000;
const SERVER_ERROR = 4000;

/** @param {HTMLElement} place @param {Channel} channel @param {BannerParts} [parts] */
export function bannerView(place, channel, { now = () => performance.now(), kept = () => "connection.disrupted_kept" } = {}) {
  const strong = el("b");
  const rest = el("span");
  const drawing = icon("broken-link", "s");
  const strip = el("div", { class: "netbar", role: "status", hidden: true }, drawing, el("p", {}, strong, " ", rest));
  place.replaceChildren(strip);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let over;

  /** @returns {Told | null} */
  const told = () => {
    const { name, sinceMs, polls, close, attempt } = channel.state;
    const disrupted = { icon: "alert", strong: t("connection.disrupted"), rest: t(kept()) };
    if (channel.disruption.lasts) return disrupted;
    if (name === "offline" || (name === "connecting" && attempt > 1)) {
      const age = now() - sinceMs;
      if (age < PATIENCE_MS) {
        // A blink of the network needs no words.
        waiting = setTimeout(update, PATIENCE_MS - age + 50);
        return null;
      }
      if (close?.code === SERVER_ERROR) return disrupted;
      const lost = t(name === "connecting" ? "connection.not_yet" : "connection.lost");
      return { icon: "broken-link", strong: lost, rest: t("connection.returning") };
    }
    if (over !== undefined) return { icon: "check", strong: t("connection.recovered"), rest: t("connection.recovered_also"), calm: true };
    return polls ? { icon: "broken-link", strong: t("connection.limited"), rest: t("connection.limited_also") } : null;
  };

  function update() {
    clearTimeout(waiting);
    const says = told();
    show(strip, says !== null);
    if (!says) return;
    strip.classList.toggle("calm", says.calm === true);
    setIcon(drawing, says.icon);
    words(strong, says.strong);
    words(rest, says.rest);
  }

  const stops = [
    channel.onState(update),
    channel.disruption.onChange((lasts) => {
      clearTimeout(over);
      // What ended with the connection is not over.
      const told = !lasts && channel.state.name === "online";
      over = told ? setTimeout(() => ((over = undefined), update()), OVER_MS) : undefined;
      update();
    }),
  ];
  update();
  return {
    update,
    close() {
      clearTimeout(waiting);
      clearTimeout(over);
      for (const stop of stops) stop();
      strip.remove();
    },
  };
}

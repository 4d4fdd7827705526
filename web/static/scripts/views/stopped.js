// @ts-check
// The server has sent this connection away for good: says why and what to do.
import { show } from "./dom.js";

/** @typedef {import("../models/channel.js").Channel} Channel */

/** @param {HTMLElement} place @param {Channel} channel @param {() => boolean} reload tries a reload; false: it was tried before */
export function stoppedView(place, channel, reload) {
  const update = () => {
    const { name, close } = channel.state;
    const stopped = name === "stopped" && close !== null;
    if (stopped && close.returns === "reload" && reload()) return;
    const why = stopped ? (close.returns === "anew" ? "session" : "other") : "";
    for (const strip of place.querySelectorAll("[data-why]")) show(strip, strip.getAttribute("data-why") === why);
  };
  channel.onState(update);
  update();
}

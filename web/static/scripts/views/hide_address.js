// @ts-check
// The tick by which an applicant keeps the network address of its device from everybody in the next call.
import { part, show } from "./dom.js";

/** Shown where it can be kept. @param {HTMLElement} place @param {import("../models/hidden_address.js").HiddenAddress} [address] @param {boolean} [now] a choice can be made now */
export function hideAddress(place, address, now = true) {
  const tick = /** @type {HTMLInputElement} */ (part(place, "hidetick"));
  show(place, now && address?.offered === true);
  if (!address) return;
  tick.checked = address.chosen;
  tick.onchange = () => address.choose(tick.checked);
}

// @ts-check
// The person's own menu works without script; here it closes by itself and signing out leaves nothing behind.
import { part } from "./dom.js";

/** @param {HTMLElement} bar @param {() => void} signingOut @param {() => boolean} [passes] whether one may sign out at once */
export function menuView(bar, signingOut, passes = () => true) {
  const menu = /** @type {HTMLDetailsElement} */ (part(bar, "menu"));
  part(menu, "sign-out").addEventListener("submit", (event) => (passes() ? signingOut() : event.preventDefault()));
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  return {
    /** @returns {boolean} whether it was open */
    close() {
      const was = menu.open;
      menu.open = false;
      return was;
    },
  };
}

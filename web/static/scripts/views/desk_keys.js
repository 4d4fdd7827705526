// @ts-check
// The officer's keys. None of them is one the browser owns, and all of them can be turned off.
import { part } from "./dom.js";

/**
 * @typedef {object} KeyActs
 * @property {() => void} accept
 * @property {() => void} pass
 * @property {() => void} next
 * @property {(index: number) => void} conversation counted from 0
 * @property {() => void} mute
 * @property {() => void} file to the details of who is served, and back
 * @property {() => boolean} escape closes the top layer; false when there was none
 */

const STORED = "desk.keys";

/** @param {HTMLElement} button opens the list @param {HTMLDialogElement} sheet @param {KeyActs} acts */
export function keysView(button, sheet, acts) {
  const use = /** @type {HTMLInputElement} */ (part(sheet, "use"));
  use.checked = localStorage.getItem(STORED) !== "off";
  use.addEventListener("change", () => localStorage.setItem(STORED, use.checked ? "on" : "off"));
  button.addEventListener("click", () => sheet.showModal());
  part(sheet, "close").addEventListener("click", () => sheet.close());
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" ? acts.escape() : use.checked && press(event, acts)) event.preventDefault();
  });
}

/** @param {KeyboardEvent} event @param {KeyActs} acts @returns {boolean} whether the key was one of ours */
function press(event, acts) {
  if (event.ctrlKey || event.metaKey) return false;
  if (event.altKey) {
    // By place on the keyboard: with Alt some layouts write other signs.
    const digit = /^Digit([1-3])$/.exec(event.code);
    if (digit) acts.conversation(Number(digit[1]) - 1);
    return digit !== null;
  }
  if (event.key === "F2") event.shiftKey ? acts.pass() : acts.accept();
  else if (event.key === "F4") acts.next();
  else if (event.key === "F8") acts.mute();
  else if (event.key === "F9") acts.file();
  else return false;
  return true;
}

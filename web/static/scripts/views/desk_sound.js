// @ts-check
// Sound on or off, the strip when the browser refuses it, and the wish for notifications.
import { t } from "../text.js";
import { part, show, words } from "./dom.js";

/** @typedef {import("./bell.js").Bell} Bell */

const STORED = "desk.sound";

/**
 * @param {HTMLElement} button @param {HTMLElement} strip @param {Bell[]} bells all of them are freed by one press
 * @param {() => boolean} onDuty whether a missed sound would matter
 */
export function soundView(button, strip, bells, onDuty) {
  let wanted = localStorage.getItem(STORED) !== "off";
  let refused = false;

  const update = () => {
    button.setAttribute("aria-pressed", String(wanted));
    words(part(button, "sound-word"), t(wanted ? "desk.sound_on" : "desk.sound_off"));
    const untouched = navigator.userActivation?.hasBeenActive === false && onDuty();
    show(strip, wanted && (refused || untouched));
  };
  const free = async () => {
    const freed = await Promise.all(bells.map((bell) => bell.unlock()));
    refused = !freed.every(Boolean);
    update();
  };
  button.addEventListener("click", () => {
    wanted = !wanted;
    localStorage.setItem(STORED, wanted ? "on" : "off");
    update();
  });
  part(strip, "enable").addEventListener("click", free);
  // The first press anywhere is what the browser waits for.
  for (const kind of ["pointerup", "keydown"]) document.addEventListener(kind, free, { once: true });
  for (const bell of bells) {
    bell.onBlocked(() => {
      refused = true;
      update();
    });
  }
  update();
  return {
    update,
    get wanted() {
      return wanted;
    },
  };
}

/** Asks the system to show notifications; the button goes once that is decided. @param {HTMLElement} place */
export function noticeView(place) {
  const update = () => show(place, "Notification" in window && Notification.permission === "default");
  part(place, "ask").addEventListener("click", async () => {
    await Notification.requestPermission();
    update();
  });
  update();
}

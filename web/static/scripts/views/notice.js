// @ts-check
// A notice of the system for somebody who looks at another page.

/** Asks whether notices may be shown. @returns {Promise<boolean>} */
export async function askForNotices() {
  if (!("Notification" in window)) return false;
  try {
    return (await Notification.requestPermission()) === "granted";
  } catch {
    return false;
  }
}

/** Shows a notice when the page is out of sight and it is allowed. @param {string} title @param {string} body */
export function notice(title, body) {
  if (document.visibilityState === "visible" || !("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const shown = new Notification(title, { body, tag: "consult" });
    shown.addEventListener("click", () => {
      window.focus();
      shown.close();
    });
  } catch {
    // Chrome on Android has no such constructor; the sound and the title tell it there.
  }
}

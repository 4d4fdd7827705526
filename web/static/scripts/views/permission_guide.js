// @ts-check
// What to tap when a camera or microphone cannot be had: by browser, since each hides it elsewhere.
import { t } from "../text.js";

/** @typedef {"chrome_android" | "samsung" | "safari_ios" | "firefox" | "desktop" | "other"} Browser */
/** @typedef {import("../models/capture.js").Problem} Problem */
/** @typedef {Pick<Navigator, "userAgent" | "maxTouchPoints">} Known */

const PHONES = new Set(["chrome_android", "samsung", "safari_ios"]);

/** Which browser somebody holds, as far as its words differ. @param {Known} known @returns {Browser} */
export function browserOf({ userAgent, maxTouchPoints }) {
  // An iPad says that it is a Mac, of which none has a screen to touch.
  if (/iPhone|iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return "safari_ios";
  if (/SamsungBrowser/.test(userAgent)) return "samsung";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Android/.test(userAgent)) return /Chrome\//.test(userAgent) ? "chrome_android" : "other";
  return /Chrome\//.test(userAgent) ? "desktop" : "other";
}

/** @param {Known} known */
function isPhone(known) {
  return PHONES.has(browserOf(known)) || /Android/.test(known.userAgent);
}

/** What to do about the worse of both devices, or "". @param {Problem} problem @param {Known} [known] */
export function guideWords({ audio, video }, known = navigator) {
  const reason = audio ?? video;
  if (reason === "denied") return t(`guide.denied.${browserOf(known)}`);
  return reason === "busy" || reason === "missing" ? t(`guide.${reason}.${isPhone(known) ? "phone" : "computer"}`) : "";
}

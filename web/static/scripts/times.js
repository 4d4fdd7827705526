// @ts-check
// Times for people: clock times take a dot and the office's zone, durations a colon.

/** @typedef {{ zone: string, label: string, language: string }} Place */

/** @returns {Place} */
function place() {
  const { zone = "Asia/Jakarta", zoneLabel = "WIB", lang } = document.documentElement.dataset;
  return { zone, label: zoneLabel, language: lang || document.documentElement.lang || "id" };
}

/** "09.54" @param {number} at @param {Place} [where] */
export function clockTime(at, where = place()) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: where.zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const of = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("hour")}.${of("minute")}`;
}

/** "09.54 WIB" @param {number} at @param {Place} [where] */
export function clockTimeZone(at, where = place()) {
  return `${clockTime(at, where)} ${where.label}`;
}

/** "Senin, 30 November" or "Monday 30 November" @param {number} at @param {Place} [where] */
export function clockDay(at, where = place()) {
  const language = where.language.startsWith("en") ? "en-GB" : "id-ID";
  return new Intl.DateTimeFormat(language, {
    timeZone: where.zone,
    weekday: "long",
    day: "numeric",
    month: "long",
  }).format(at);
}

/** "03:12", from an hour on "1:03:12" @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ count) => String(count).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Whole minutes to say, at least one. @param {number} seconds */
export function minutes(seconds) {
  return Math.max(1, Math.round(seconds / 60));
}

// @ts-check
// What happened in a consultation, in words for the side that reads.
import { has, t } from "../text.js";
import { officePhone } from "./office_phone.js";
import { clockTime, duration } from "../times.js";
import { inLanguage } from "./language.js";

/** @typedef {import("../wire.js").Entry} Entry */
/** @typedef {import("../wire.js").PersonSide} PersonSide */

/** @type {Record<string, string>} */
const ICONS = {
  joined: "ticket",
  served: "user",
  officer_lost: "broken-link",
  applicant_away: "broken-link",
  returned: "swap",
  transferred: "swap",
  parked: "clock",
  resumed: "check",
  reopened: "swap",
  brought_forward: "check",
  photo: "camera",
  call_rang: "phone",
  call_connected: "video",
  call_quality: "info",
  call_screen: "share",
  call_ended: "hang-up",
  guest: "users",
  recording: "record",
  ended: "check",
};
// As an office may have written it into the name.
const TITLE = /^(petugas|officer)\b\s*/i;
const BROKEN_CALLS = new Set(["media_lost", "setup_failed", "policy"]);

/** @param {Entry} entry */
export function eventIcon(entry) {
  return isBroken(entry) ? "broken-link" : (ICONS[entry.kind] ?? "info");
}

/** Something that went wrong, not only something that happened. @param {Entry} entry */
export function isBroken(entry) {
  return entry.kind === "officer_lost" || entry.kind === "applicant_away" || (entry.kind === "call_ended" && BROKEN_CALLS.has(reasonOf(entry)));
}

/** @param {Entry} entry @param {PersonSide} side */
export function eventWords(entry, side) {
  const values = { time: clockTime(entry.at), name: nameOf(entry), length: lengthOf(entry), phone: officePhone(), role: roleOf(entry), service: serviceOf(entry) };
  for (const key of candidates(entry, side)) if (has(key)) return t(key, values);
  return t("event.other", values);
}

/** From the most to the least particular. @param {Entry} entry @param {PersonSide} side */
function candidates(entry, side) {
  const about = (entry.values?.by ?? entry.by) === side ? "self" : "other";
  const reason = reasonOf(entry);
  const stem = `event.${entry.kind}`;
  return [...(reason ? [`${stem}.${reason}.${side}`, `${stem}.${reason}.${about}`, `${stem}.${reason}`] : []), `${stem}.${about}`, stem];
}

/** @param {Entry} entry */
function nameOf(entry) {
  const { name = "", kind, values } = entry;
  const officer = kind === "served" || kind === "officer_lost" || values?.by === "officer" || entry.by === "officer";
  if (kind === "recording" && values?.by === "guest") return `${name} (${roleOf(entry)})`;
  return officer ? officerName(name) : name || t(`conversation.by_${entry.by}`);
}

/** "Petugas Dian", once, and in the reader's language. @param {string} name */
export function officerName(name) {
  return [t("conversation.by_officer"), name.replace(TITLE, "")].filter(Boolean).join(" ");
}

/** @param {Entry} entry */
function reasonOf(entry) {
  const { reason, media } = entry.values ?? {};
  return String(reason ?? media ?? "");
}

/** What a third person is here for. @param {Entry} entry */
function roleOf({ values }) {
  const role = values?.role;
  return role ? t(`third.role.${role}`) : "";
}

/** Where somebody was transferred to, in the reader's language. @param {Entry} entry */
export function serviceOf({ values }) {
  return inLanguage(String(values?.service ?? ""), String(values?.service_en ?? ""));
}

/** @param {Entry} entry */
function lengthOf(entry) {
  const seconds = Number(entry.values?.seconds ?? 0);
  return seconds > 0 ? duration(seconds) : "";
}

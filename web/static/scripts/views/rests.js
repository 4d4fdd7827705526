// @ts-check
// States in which nothing is awaited from the applicant: ended, parked, opened elsewhere, link unknown.
import { t } from "../text.js";
import { clockTime, clockTimeZone, clockDay } from "../times.js";
import { conversationView } from "./conversation.js";
import { clone, el, icon, part, partsIn, show, words } from "./dom.js";
import { eventWords, officerName } from "./event_words.js";
import { serviceName } from "./language.js";
import { officePhone } from "./office_phone.js";
import { notMeButton } from "./place_acts.js";
import { ratingView } from "./rating.js";
import { reopenView } from "./reopen.js";

/** @typedef {import("../models/ticket.js").TicketModel} TicketModel */
/** @typedef {{ words: string, icon: string, act: () => void, main?: boolean } | { words: string, icon: string, href: string, main?: boolean }} Act */

/**
 * A slip with a title, a sentence and what can be done.
 * @param {HTMLElement} place
 * @param {{ tag: string, tagIcon: string, title: string, also: string, acts: Act[] }} told
 */
export function restView(place, told) {
  const root = clone("rest-template");
  part(root, "tagplace").replaceChildren(el("span", { class: "tag closed" }, icon(told.tagIcon, "xs"), told.tag));
  words(part(root, "title"), told.title);
  words(part(root, "also"), told.also);
  part(root, "acts").replaceChildren(...told.acts.map(actNode));
  place.replaceChildren(root);
  return { title: part(root, "title"), update() {}, close: () => root.remove() };
}

/** @param {Act} act */
function actNode(act) {
  const attributes = { class: act.main ? "btn main wide" : "btn wide" };
  if ("href" in act) return el("a", { ...attributes, href: act.href }, icon(act.icon, "s"), act.words);
  return el("button", { ...attributes, type: "button", onclick: act.act }, icon(act.icon, "s"), act.words);
}

/** After the end: what it was, how it ended, the conversation to read and to keep. @param {HTMLElement} place @param {{ ticket: TicketModel, now: () => number, notMe: () => void, storage: Storage, draftKey: string }} parts */
export function endedView(place, { ticket, now, notMe, storage, draftKey }) {
  const root = clone("ended-template");
  const part = partsIn(root);
  const talk = conversationView(part("talk"), {
    transcript: ticket.transcript,
    side: "applicant",
    otherName: () => officerName(ticket.shown?.officer_name ?? ""),
  });
  part("save").addEventListener("click", () => save(ticket));
  const rating = ratingView(part("rating"), { ticket, now, storage, draftKey });
  const reopen = reopenView(part("reopen"), { ticket, now });
  notMeButton(part("notme"), notMe);
  place.replaceChildren(root);

  const update = () => {
    const shown = ticket.shown;
    if (!shown) return;
    const served = ticket.wasServed;
    words(part("title"), t(served ? "ended.title" : "ended.left_title"));
    words(part("at"), shown.ended_at ? clockTimeZone(shown.ended_at) : "");
    words(part("why"), t(`ended.why.${shown.ended_reason ?? "completed"}`, { phone: officePhone() }));
    part("facts").replaceChildren(...facts(shown).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
    show(part("past"), served);
    show(part("save"), served);
    reopen.update();
    rating.update();
  };
  update();
  const close = () => {
    talk.close();
    root.remove();
  };
  return { title: part("title"), update, close };
}

/** @param {import("../wire.js").Ticket} shown @returns {[string, string][]} */
function facts(shown) {
  /** @type {[string, string][]} */
  const rows = [
    [t("waiting.number"), shown.label],
    [t("ended.service"), serviceName(shown)],
    [t("ended.day"), clockDay(shown.joined_at)],
  ];
  if (shown.officer_name && shown.served_at) rows.push([t("ended.officer"), officerName(shown.officer_name)]);
  if (shown.served_at && shown.ended_at) {
    rows.push([t("ended.time"), `${clockTime(shown.served_at)}–${clockTimeZone(shown.ended_at)}`]);
  }
  return rows;
}

/** The conversation as a text file, made here: it goes through nobody's hands. @param {TicketModel} ticket */
function save(ticket) {
  const { label = "", joined_at: joined = 0 } = ticket.shown ?? {};
  const service = serviceName(ticket.shown);
  const lines = ticket.transcript.entries.map((entry) => {
    if (entry.kind !== "message") return `${clockTime(entry.at)}  ${eventWords(entry, "applicant")}`;
    const by = entry.by === "applicant" ? t("conversation.you") : officerName(entry.name ?? "");
    return `${clockTime(entry.at)}  ${by}: ${entry.text ?? ""}`;
  });
  const text = [`${label} · ${service}`, clockDay(joined), "", ...lines, ""].join("\n");
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  el("a", { href: address, download: `${label}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

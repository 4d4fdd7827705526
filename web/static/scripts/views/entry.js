// @ts-check
// One line of a conversation: a message with its mark, or what happened.
import { t } from "../text.js";
import { clockTime } from "../times.js";
import { el, icon, setIcon, words } from "./dom.js";
import { eventIcon, eventWords, isBroken, officerName } from "./event_words.js";
import { linked } from "./links.js";

/** @typedef {import("../wire.js").Entry} Entry */
/** @typedef {import("../wire.js").PersonSide} PersonSide */
/** @typedef {"sent" | "delivered" | "read"} Mark */
/** @typedef {{ id: string, text: string, state: "queued" | "kept" | "sending" | "refused", code?: string, values?: Record<string, string | number>, at: number }} Unsent */

const UNSENT_MARK = { queued: "mark.unsent", kept: "mark.kept", sending: "mark.sending" };
const MARK_ICON = { sent: "check", delivered: "double-check", read: "double-check" };

/**
 * A committed entry. Own messages are silent (aria-live off): who wrote them knows them.
 * @param {Entry} entry @param {PersonSide} side the reader's @param {string} [from] shown above the text
 */
export function entryNode(entry, side, from = "") {
  if (entry.kind !== "message") return eventNode(entry, side);
  const mine = entry.by === side;
  const meta = el("div", { class: "meta" }, el("time", { datetime: new Date(entry.at).toISOString() }, clockTime(entry.at)));
  const speaker = mine ? t("conversation.you") : entry.by === "officer" ? officerName(entry.name ?? "") : entry.name || t("conversation.by_applicant");
  return el(
    "div",
    { class: mine ? "msg mine" : "msg", "aria-live": mine ? "off" : null, "data-seq": entry.seq },
    el("span", { class: from ? "small soft" : "unseen" }, el("bdi", {}, speaker), ": "),
    el("div", { class: "text" }, ...linked(entry.text ?? "")),
    meta,
  );
}

/** @param {Entry} entry @param {PersonSide} side */
function eventNode(entry, side) {
  const classes = isBroken(entry) ? "event broken" : "event";
  return el("p", { class: classes, "data-seq": entry.seq }, icon(eventIcon(entry), "xs"), el("span", {}, eventWords(entry, side)));
}

/** Puts the mark on an own message, or changes it. @param {Element} node @param {Mark} mark */
export function setMark(node, mark) {
  const meta = node.querySelector(".meta");
  if (!meta) return;
  let word = meta.querySelector(".word");
  if (!word) {
    word = el("span", { class: "word" });
    meta.append(word, icon(MARK_ICON[mark], "xs"));
  }
  words(word, t(`mark.${mark}`));
  const drawing = meta.querySelector(".ico");
  if (drawing) {
    setIcon(drawing, MARK_ICON[mark]);
    drawing.classList.toggle("read", mark === "read");
  }
}

/**
 * A message the service has not taken yet: dashed once it has to wait, with words. Refused ones say why and what can be done.
 * @param {Unsent} unsent @param {{ again: (id: string) => void, edit: (id: string, text: string) => void }} acts
 */
export function unsentNode(unsent, acts) {
  const { state } = unsent;
  const refused = state === "refused";
  const why = state === "refused" ? t(`error.${unsent.code}`, unsent.values ?? {}) : t(UNSENT_MARK[state]);
  return el(
    "div",
    { class: unsent.state === "sending" ? "msg mine" : "msg mine unsent", "aria-live": "off", "data-state": unsent.state },
    el("div", { class: "text" }, ...linked(unsent.text)),
    el("div", { class: "meta" }, icon(refused ? "alert" : "clock", "xs"), el("span", {}, why)),
    refused &&
      el(
        "div",
        { class: "again" },
        el("button", { class: "btn low", type: "button", onclick: () => acts.again(unsent.id) }, t("conversation.again")),
        el("button", { class: "btn low", type: "button", onclick: () => acts.edit(unsent.id, unsent.text) }, t("conversation.edit")),
      ),
  );
}

/** A line that says the day, where it changes. @param {string} day */
export function dayNode(day) {
  return el("p", { class: "day" }, day);
}

// @ts-check
// One conversation on the desk: its head, the call, the talk, the composer, and its facts when there is no room beside it.
import { t } from "../text.js";
import { duration, minutes } from "../times.js";
import { callView } from "./call_stage.js";
import { composerView } from "./composer.js";
import { conversationView } from "./conversation.js";
import { factsView } from "./desk_facts.js";
import { transferView } from "./desk_transfer.js";
import { guestCard } from "./guest_card.js";
import { clone, el, icon, part, show, words } from "./dom.js";
import { serviceName } from "./language.js";

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {import("../models/desk.js").DeskConversation} DeskConversation */
/** @typedef {import("./bell.js").Bell} Bell */

/**
 * @typedef {object} PaneParts
 * @property {Desk} desk
 * @property {() => number} now
 * @property {Bell} bell
 * @property {Storage} storage of this tab, for drafts
 * @property {() => void} shaped the pane changed its shape: a call began or ended, the facts were folded in or out
 * @property {(ticket: string) => void} putAway a finished conversation is no longer wanted
 */

const IN_CALL = new Set(["connecting", "connected", "reconnecting"]);

export class PaneView {
  #parts;
  #talk;
  #composer;
  #calls;
  #guest;
  #transfer;
  /** @type {{ update: () => void, close: () => void } | null} */
  #facts = null;
  #wasVisible = false;
  /** The officer ended this consultation here and knows it. */
  endedHere = false;
  finished = false;

  /** @param {DeskConversation} conversation @param {PaneParts} parts */
  constructor(conversation, parts) {
    this.conversation = conversation;
    this.#parts = parts;
    const { ticket, transcript, call, seat } = conversation;
    this.element = clone("pane");
    this.element.setAttribute("aria-label", t("desk.pane", { label: ticket.label }));
    const otherName = () => conversation.ticket.name ?? "";
    this.#composer = composerView(this.#part("composer"), {
      transcript,
      draftKey: `draft:${ticket.id}`,
      storage: parts.storage,
      limit: () => parts.desk.limits?.chat_characters ?? null,
      closed: () => this.finished,
      photo: { photos: conversation.photos, camera: () => call.devices?.track("video") ?? null },
    });
    this.#talk = conversationView(this.#part("talk"), {
      transcript,
      side: "officer",
      otherName,
      visible: () => this.#visible(),
      edit: (text) => this.#composer.take(text),
    });
    this.#calls = callView(this.#part("call"), {
      call,
      seat,
      recording: conversation.recording,
      now: parts.now,
      otherName,
      subtitle: () => serviceName(conversation.ticket),
      label: () => conversation.ticket.label,
      bell: parts.bell,
      unread: () => transcript.unread,
      onShape: (shape) => this.#shape(shape),
    });
    this.#guest = guestCard(this.#part("guest"), { seat, otherName });
    this.#transfer = transferView(this.#part("transferplace"), conversation);
    this.#listen();
    this.update();
  }

  get ticketId() {
    return this.conversation.ticket.id;
  }

  get inFullCall() {
    return this.#part("body").dataset.call === "full";
  }

  get composerIsEmpty() {
    return this.#composer.isEmpty();
  }

  focusComposer() {
    this.#composer.focus();
  }

  update() {
    const { ticket } = this.conversation;
    words(this.#part("label"), ticket.label);
    words(this.#part("name"), ticket.name ?? "");
    words(this.#part("about"), this.#about());
    this.#showCheck();
    this.#showNote();
    this.#transfer.update();
    this.#tag();
    const { stage } = this.conversation.call;
    const video = /** @type {HTMLButtonElement} */ (this.#part("video"));
    video.disabled = stage !== "none" && stage !== "ended";
    this.#facts?.update();
    const visible = this.#visible();
    if (visible && !this.#wasVisible) this.#talk.update();
    this.#wasVisible = visible;
  }

  /** The consultation is over: what was said stays readable, nothing can be added. */
  finish() {
    this.finished = true;
    this.#composer.close();
    this.#calls.close();
    this.#ask(false);
    this.#transfer.close();
    this.#guest.close();
    for (const name of ["video", "invite", "transfer", "end"]) show(this.#part(name), false);
    const away = el("button", { class: "btn low", type: "button", onclick: () => this.#parts.putAway(this.ticketId) }, t("desk.put_away"));
    this.#part("composer").replaceChildren(el("div", { class: "foot over" }, el("p", { class: "small grow" }, t("desk.ended_note")), away));
    this.update();
  }

  close() {
    this.#talk.close();
    if (!this.finished) {
      this.#composer.close();
      this.#calls.close();
      this.#guest.close();
    }
    this.#facts?.close();
    this.element.remove();
  }

  /** Takes back the question about ending or transferring. @returns {boolean} whether it was asked */
  escape() {
    const asked = !this.#part("ask").hidden || this.#transfer.isOpen;
    if (asked) this.#ask(false);
    this.#transfer.close();
    return asked;
  }

  /** Facts instead of the talk, where the file has no column. @param {boolean} folded */
  fold(folded) {
    if (folded && !this.#facts) this.#facts = factsView(this.#part("facts"), this.conversation);
    this.element.classList.toggle("folded", folded);
    this.#part("fold").setAttribute("aria-pressed", String(folded));
  }

  /** From the talk to the facts, or back to writing. */
  turn() {
    const folds = !this.element.classList.contains("folded");
    this.fold(folds);
    if (folds) this.#part("fold").focus();
    else this.focusComposer();
  }

  #showCheck() {
    const { check } = this.conversation;
    show(this.#part("check"), check !== null);
    if (check) words(this.#part("check"), `${t("desk.check")}: ${t(`desk.check.${check.verdict}`)}`);
  }

  #showNote() {
    const { note } = this.conversation;
    show(this.#part("handnote"), note !== null);
    words(this.#part("handnote-from"), note ? t("desk.note_from", { name: note.name }) : "");
    words(this.#part("handnote-words"), note?.text ?? "");
  }

  /** @param {string} name */
  #part(name) {
    return part(this.element, name);
  }

  #listen() {
    this.#part("fold").addEventListener("click", () => {
      this.fold(!this.element.classList.contains("folded"));
      this.#parts.shaped();
    });
    this.#part("video").addEventListener("click", () => this.#try(this.conversation.call.ring("video")));
    this.#part("invite").addEventListener("click", () => this.#guest.open());
    this.#part("transfer").addEventListener("click", () => this.#openTransfer());
    this.#part("end").addEventListener("click", () => this.#ask(true));
    this.#part("no").addEventListener("click", () => this.#ask(false));
    this.#part("yes").addEventListener("click", () => {
      this.endedHere = true;
      this.#ask(false);
      this.#try(this.#parts.desk.end(this.ticketId));
    });
  }

  #openTransfer() {
    this.#ask(false);
    this.#transfer.open();
  }

  /** @param {boolean} asked */
  #ask(asked) {
    if (asked) this.#transfer.close();
    words(this.#part("ask-words"), t("desk.end_ask", { label: this.conversation.ticket.label }));
    show(this.#part("ask"), asked);
    if (asked) this.#part("no").focus();
  }

  /** @param {Promise<unknown>} order */
  #try(order) {
    this.#fault("");
    order.catch((refusal) => {
      this.endedHere = false;
      this.#fault(t(`error.${refusal.code}`, refusal.values));
    });
  }

  /** @param {string} why */
  #fault(why) {
    words(this.#part("fault-words"), why);
    show(this.#part("fault"), why !== "");
  }

  /** @param {"none" | "full" | "strip"} shape */
  #shape(shape) {
    this.#part("body").dataset.call = shape;
    this.#parts.shaped();
  }

  #visible() {
    return this.element.isConnected && this.#part("talk").checkVisibility();
  }

  #about() {
    const { ticket, call, waitSeconds } = this.conversation;
    const since = (/** @type {number} */ at) => duration((this.#parts.now() - at) / 1000);
    const connected = IN_CALL.has(call.stage) ? call.shown?.connected_at : null;
    const spans = [];
    if (connected) spans.push(t("desk.call_for", { time: since(connected) }));
    else if (ticket.served_at && !this.finished) spans.push(t("desk.served_for", { time: since(ticket.served_at) }));
    spans.push(serviceName(ticket), t("desk.waited", { minutes: minutes(waitSeconds) }));
    return spans.join(" · ");
  }

  #tag() {
    const { call, applicantOnline, ticket } = this.conversation;
    const [state, sign, key] = this.finished
      ? ["closed", "check", "desk.tag_ended"]
      : !applicantOnline
        ? ["lost", "broken-link", "desk.tag_lost"]
        : IN_CALL.has(call.stage)
          ? ["serve", "video", "desk.tag_call"]
          : ["serve", ticket.channel, "desk.tag_serving"];
    const place = this.#part("tag");
    if (place.dataset.state === key) return;
    place.dataset.state = key;
    place.className = `tag ${state}`;
    place.replaceChildren(icon(sign, "xs"), t(key));
  }
}

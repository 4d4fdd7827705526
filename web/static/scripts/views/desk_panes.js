// @ts-check
// The panes side by side: which conversations are shown, which one is worked in, and the file of that one.
import { has, t } from "../text.js";
import { factsView } from "./desk_facts.js";
import { PaneView } from "./desk_pane.js";
import { part, show, words } from "./dom.js";

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {import("../models/desk.js").DeskConversation} DeskConversation */
/** @typedef {import("./bell.js").Bell} Bell */

/**
 * @typedef {object} PanesParts
 * @property {Desk} desk
 * @property {() => number} now
 * @property {Bell} bell
 * @property {Storage} storage
 * @property {(text: string) => void} tell
 * @property {() => void} changed something that other parts of the desk show
 */

const NARROW_PX = 1024;
const SIDE_PX = 266;
const PANE_PX = 338;
const MOST = 3;
/** Ends after which the officer may still read what was said. */
const ENDS = new Set(["ended", "left", "ended_by_office", "blocked"]);

/** @param {HTMLElement} root the desk @param {PanesParts} parts */
export function panesView(root, parts) {
  return new PanesView(root, parts);
}

class PanesView {
  #parts;
  #cols;
  #place;
  #file;
  /** @type {Map<string, PaneView>} in order of opening */
  #panes = new Map();
  /** @type {string[]} tickets, the one worked in last */
  #recent = [];
  /** @type {string | null} to be worked in as soon as it is there */
  #wanted = null;
  /** @type {unknown} the latest closing that was told */
  #told = null;
  /** @type {{ ticket: string, view: { update: () => void, close: () => void } } | null} */
  #facts = null;

  /** @param {HTMLElement} root @param {PanesParts} parts */
  constructor(root, parts) {
    this.#parts = parts;
    this.#cols = /** @type {HTMLElement} */ (root.querySelector(".cols"));
    this.#place = /** @type {HTMLElement} */ (root.querySelector("#panes"));
    this.#file = /** @type {HTMLElement} */ (root.querySelector("#file"));
    new ResizeObserver(() => this.#lay()).observe(this.#cols);
    this.update();
  }

  /** The ticket whose pane is worked in. */
  get focused() {
    return this.#recent.at(-1) ?? null;
  }

  get isEmpty() {
    return this.#panes.size === 0;
  }

  /** The pane worked in, if any. */
  get current() {
    return this.#panes.get(this.focused ?? "");
  }

  update() {
    this.#open();
    this.#closeGone();
    for (const pane of this.#panes.values()) pane.update();
    this.#lay();
    this.#facts?.view.update();
  }

  /** Work in this conversation and write in it. @param {string} ticket */
  open(ticket) {
    const pane = this.#panes.get(ticket);
    if (!pane) return;
    this.#workIn(ticket);
    pane.fold(false);
    pane.focusComposer();
  }

  /** Work in a conversation that was just taken, as soon as it is there, unless something is being written. @param {string} ticket */
  want(ticket) {
    this.#wanted = ticket;
    this.#takeWanted();
  }

  /** To the details of who is served, beside the panes or in the place of the talk; from there back to writing. */
  file() {
    const pane = this.current;
    if (!pane) return;
    if (this.#cols.hasAttribute("data-folds")) pane.turn();
    else if (this.#file.contains(document.activeElement)) pane.focusComposer();
    else this.#file.focus();
  }

  /** @returns {boolean} whether a question was open */
  escape() {
    return [...this.#panes.values()].some((pane) => pane.escape());
  }

  #open() {
    for (const conversation of this.#parts.desk.conversations) {
      const known = this.#panes.get(conversation.ticket.id);
      if (known && known.conversation === conversation && !known.finished) continue;
      if (known) this.#remove(conversation.ticket.id);
      this.#add(conversation);
    }
    this.#takeWanted();
  }

  /** @param {DeskConversation} conversation */
  #add(conversation) {
    const { desk, now, bell, storage, changed } = this.#parts;
    const ticket = conversation.ticket.id;
    const pane = new PaneView(conversation, {
      desk,
      now,
      bell,
      storage,
      shaped: () => this.#lay(),
      putAway: (gone) => {
        this.#remove(gone);
        this.#lay();
        changed();
      },
    });
    conversation.transcript.onChange(changed);
    conversation.call.onChange(changed);
    pane.element.addEventListener("focusin", () => this.#workIn(ticket));
    pane.element.addEventListener("pointerdown", () => this.#workIn(ticket));
    this.#panes.set(ticket, pane);
    this.#recent.unshift(ticket);
    this.#place.append(pane.element);
  }

  #takeWanted() {
    const ticket = this.#wanted;
    if (!ticket || !this.#panes.has(ticket)) return;
    this.#wanted = null;
    const free = this.current === undefined || this.current.ticketId === ticket || this.current.composerIsEmpty;
    if (free) this.open(ticket);
  }

  #closeGone() {
    const { desk, tell } = this.#parts;
    const live = new Set(desk.conversations.map((each) => each.ticket.id));
    const fresh = desk.closed.slice(desk.closed.findIndex((closing) => closing === this.#told) + 1);
    for (const { label, why } of fresh) tell(t(has(`desk.${why}_told`) ? `desk.${why}_told` : "desk.unknown_told", { label }));
    this.#told = desk.closed.at(-1) ?? null;
    for (const [ticket, pane] of this.#panes) {
      if (live.has(ticket) || pane.finished) continue;
      const why = [...desk.closed].reverse().find((closing) => closing.ticket === ticket)?.why ?? "";
      if (pane.endedHere || !ENDS.has(why)) this.#remove(ticket);
      else pane.finish();
    }
  }

  /** @param {string} ticket */
  #remove(ticket) {
    this.#panes.get(ticket)?.close();
    this.#panes.delete(ticket);
    this.#recent = this.#recent.filter((each) => each !== ticket);
  }

  /** @param {string} ticket */
  #workIn(ticket) {
    if (this.focused === ticket || !this.#panes.has(ticket)) return;
    this.#recent = [...this.#recent.filter((each) => each !== ticket), ticket];
    this.#lay();
    this.#parts.changed();
  }

  /** Shows as many panes as the width holds, the last used ones, in order of opening. */
  #lay() {
    const width = this.#cols.clientWidth;
    const room = width < NARROW_PX ? 1 : Math.floor((width - SIDE_PX) / PANE_PX);
    const shown = new Set(this.#recent.slice(-Math.max(1, Math.min(MOST, room))));
    for (const [ticket, pane] of this.#panes) {
      show(pane.element, shown.has(ticket));
      pane.element.classList.toggle("focus", ticket === this.focused && shown.size > 1);
    }
    this.#cols.dataset.panes = String(shown.size);
    const alone = this.#panes.size === 1 && (this.current?.inFullCall ?? false);
    this.#cols.toggleAttribute("data-alone", alone && isFull(this.#parts.desk));
    this.#cols.toggleAttribute("data-folds", getComputedStyle(this.#file).display === "none");
    this.#showEmpty(shown.size === 0);
    this.#showFile();
  }

  /** @param {boolean} empty */
  #showEmpty(empty) {
    const nobody = part(this.#place, "nobody");
    show(nobody, empty);
    show(part(nobody, "title"), this.#parts.desk.known);
    words(part(nobody, "words"), emptyWords(this.#parts.desk));
  }

  #showFile() {
    const pane = this.current;
    if (this.#facts?.ticket === pane?.ticketId) return;
    this.#facts?.view.close();
    this.#facts = null;
    show(part(this.#file, "none"), !pane);
    if (!pane) return;
    const view = factsView(part(this.#file, "facts"), pane.conversation);
    this.#facts = { ticket: pane.ticketId, view };
    this.#file.setAttribute("aria-label", t("desk.file", { label: pane.conversation.ticket.label }));
  }
}

/** What an empty desk means and what to do. @param {Desk} desk */
function emptyWords({ known, duty, offer }) {
  if (!known || !duty) return t("desk.connecting");
  if (offer) return t("desk.empty_offer");
  if (duty.state === "available") return t("desk.empty_ready");
  return t(duty.state === "paused" ? "desk.empty_paused" : "desk.empty_off");
}

/** @param {Desk} desk */
function isFull({ duty, offer }) {
  return offer === null && duty !== null && duty.load >= duty.capacity;
}

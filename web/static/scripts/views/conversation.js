// @ts-check
// The log of one consultation: entries in order, then what is not sent yet. Adds at the end, redraws nothing.
import { t } from "../text.js";
import { clockDay } from "../times.js";
import { clone, part, show, words } from "./dom.js";
import { dayNode, entryNode, setMark, unsentNode } from "./entry.js";
import { photoNode } from "./photo_entry.js";
import { say } from "./speaker.js";

/** @typedef {import("../models/transcript.js").Transcript} Transcript */
/** @typedef {import("../wire.js").Entry} Entry */
/** @typedef {import("../wire.js").PersonSide} PersonSide */

/**
 * @typedef {object} TalkParts
 * @property {Transcript} transcript
 * @property {PersonSide} side who reads here
 * @property {() => string} otherName who is typing
 * @property {() => boolean} [visible] whether this log is on screen, so that messages count as read
 * @property {(text: string) => void} [edit] takes a refused message back into the composer
 */

const NEAR_END_PX = 48;

/** Shows `transcript` in `place` until `close`. @param {HTMLElement} place @param {TalkParts} parts */
export function conversationView(place, parts) {
  const view = new ConversationView(place, parts);
  view.update();
  return view;
}

class ConversationView {
  #parts;
  #transcript;
  #root = clone("talk-template");
  #newer;
  #typing;
  /** @type {Entry[]} what is drawn, in order */
  #drawn = [];
  /** @type {Map<number, HTMLElement>} own messages, whose marks change */
  #own = new Map();
  /** @type {Map<string, HTMLElement>} */
  #unsent = new Map();
  /** @type {HTMLElement | null} */
  #latest = null;
  #day = "";
  #lastName = "";
  #saidUnsent = false;
  /** @type {(() => void)[]} */
  #stops = [];

  /** @param {HTMLElement} place @param {TalkParts} parts */
  constructor(place, parts) {
    this.#parts = parts;
    this.#transcript = parts.transcript;
    /** The element with role=log. */
    this.log = part(this.#root, "log");
    this.#newer = part(this.#root, "newer");
    this.#typing = part(this.#root, "typing");
    this.#newer.addEventListener("click", () => this.toEnd());
    this.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const looked = () => this.#tellShown();
    document.addEventListener("visibilitychange", looked);
    const resized = new ResizeObserver(() => this.#keepEnd());
    resized.observe(this.log);
    this.#stops.push(
      this.#transcript.onChange(() => this.update()),
      () => document.removeEventListener("visibilitychange", looked),
      () => resized.disconnect(),
    );
    place.classList.add("talkplace");
    place.replaceChildren(this.#root);
  }

  close() {
    for (const stop of this.#stops) stop();
    this.#root.remove();
  }

  /** Brings the page up to what the transcript holds. */
  update() {
    const wasAtEnd = this.#atEnd;
    this.log.setAttribute("aria-busy", String(!this.#transcript.known));
    const added = this.#drawEntries();
    const sentOwn = this.#drawUnsent();
    this.#drawMarks();
    show(this.#typing, this.#transcript.typing);
    words(part(this.#typing, "typist"), t("conversation.typing", { name: this.#parts.otherName() }));
    if (wasAtEnd || sentOwn) this.toEnd();
    else if (added) show(this.#newer, true);
    this.#tellShown();
  }

  /** Shows the newest line. */
  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.#top = this.log.scrollTop;
    this.#atEnd = true;
    show(this.#newer, false);
  }

  /** Whether the newest line was in view before the last change. */
  #atEnd = true;
  #top = 0;

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    const near = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    // Only a person moves up; a log that became shorter stays at its end.
    if (near || scrollTop < this.#top) this.#atEnd = near;
    this.#top = scrollTop;
    if (!this.#atEnd) return;
    show(this.#newer, false);
    this.#tellShown();
  }

  #keepEnd() {
    if (this.#atEnd) this.toEnd();
  }

  #drawEntries() {
    const entries = this.#transcript.entries;
    if (!this.#continues(entries)) this.#clear();
    const fresh = entries.slice(this.#drawn.length);
    if (fresh.length === 0) return false;
    const before = this.#unsent.values().next().value ?? null;
    const nodes = document.createDocumentFragment();
    for (const entry of fresh) this.#draw(entry, nodes);
    this.log.insertBefore(nodes, before);
    return fresh.some((entry) => entry.by !== this.#parts.side);
  }

  /** Whether the entries only grew; another history (new epoch) is drawn anew. @param {Entry[]} entries */
  #continues(entries) {
    const last = this.#drawn.at(-1);
    if (!last) return true;
    const same = entries[this.#drawn.length - 1];
    return same !== undefined && same.seq === last.seq && same.at === last.at;
  }

  #clear() {
    this.log.replaceChildren();
    this.#drawn = [];
    this.#own.clear();
    this.#unsent.clear();
    this.#latest = null;
    this.#day = "";
    this.#lastName = "";
  }

  /** @param {Entry} entry @param {DocumentFragment} nodes */
  #draw(entry, nodes) {
    const day = clockDay(entry.at);
    if (this.#day && day !== this.#day) nodes.append(dayNode(day));
    this.#day = day;
    const mine = entry.by === this.#parts.side;
    const from = mine ? "" : this.#newName(entry);
    const { side } = this.#parts;
    const node = entry.kind === "photo" ? photoNode(entry, side, this.#transcript.ticket, from) : entryNode(entry, side, from);
    if ((entry.kind === "message" || entry.kind === "photo") && mine) this.#own.set(entry.seq, node);
    this.#drawn.push(entry);
    nodes.append(node);
  }

  /** Who writes now, when it is somebody else than before. @param {Entry} entry */
  #newName(entry) {
    if (entry.kind !== "message" && entry.kind !== "photo") return "";
    const name = entry.name ?? "";
    const changed = this.#lastName !== "" && name !== "" && name !== this.#lastName;
    this.#lastName = name;
    return changed ? name : "";
  }

  #drawMarks() {
    let latest = null;
    for (const entry of this.#drawn) {
      const node = this.#own.get(entry.seq);
      const mark = node ? this.#transcript.mark(entry) : null;
      if (!node || !mark) continue;
      if (node.dataset.mark !== mark) setMark(node, mark);
      node.dataset.mark = mark;
      latest = node;
    }
    if (latest === this.#latest) return;
    this.#latest?.classList.remove("latest");
    latest?.classList.add("latest");
    this.#latest = latest;
  }

  /** @returns {boolean} whether a message of one's own appeared */
  #drawUnsent() {
    const wanted = this.#transcript.unsent;
    const ids = new Set(wanted.map((unsent) => unsent.id));
    for (const [id, node] of this.#unsent) if (!ids.has(id)) this.#dropUnsent(id, node);
    let appeared = false;
    for (const unsent of wanted) {
      const shown = this.#unsent.get(unsent.id);
      if (shown?.dataset.state === unsent.state) continue;
      const node = unsentNode(unsent, { again: (id) => this.#transcript.again(id), edit: (id, text) => this.#edit(id, text) });
      if (shown) shown.replaceWith(node);
      else this.log.append(node);
      this.#unsent.set(unsent.id, node);
      appeared ||= !shown;
    }
    this.#sayUnsent(wanted.some((unsent) => unsent.state === "queued"));
    return appeared;
  }

  /** @param {string} id @param {HTMLElement} node */
  #dropUnsent(id, node) {
    node.remove();
    this.#unsent.delete(id);
  }

  /** @param {string} id @param {string} text */
  #edit(id, text) {
    this.#transcript.discard(id);
    this.#parts.edit?.(text);
  }

  /** Once for each time of waiting, not for each message. @param {boolean} waits */
  #sayUnsent(waits) {
    if (waits && !this.#saidUnsent) say(t("mark.unsent"));
    this.#saidUnsent = waits;
  }

  #tellShown() {
    if (!this.#transcript.known || this.#drawn.length === 0) return;
    const onScreen = document.visibilityState === "visible" && (this.#parts.visible?.() ?? true);
    this.#transcript.shown(onScreen && this.#atEnd);
  }
}

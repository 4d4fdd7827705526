// @ts-check
// Which of the ticket's states is on the screen, and what is said when it changes.
import { t } from "../text.js";
import { ringingTitle } from "../views/call_stage.js";
import { officerName } from "../views/event_words.js";
import { askForNotices, notice } from "../views/notice.js";
import { endedView, restView } from "../views/rests.js";
import { servingView } from "../views/serving.js";
import { slipView } from "../views/slip.js";
import { shout } from "../views/speaker.js";

/** @typedef {"unknown" | "waiting" | "serving" | "parked" | "ended" | "moved"} Kind */
/** @typedef {{ title: HTMLElement, update: () => void, close: () => void }} View */
/**
 * @typedef {object} ScreenParts
 * @property {import("../models/ticket.js").TicketModel} ticket
 * @property {import("../models/channel.js").Channel} channel
 * @property {import("../views/bell.js").Bell} bell
 * @property {string} draftKey
 * @property {string | null} pin
 * @property {() => string | null} link
 * @property {() => void} notMe
 * @property {() => void} lost the session is over and cannot be renewed
 * @property {() => void} reload the page is older than the service
 */

const REPLACED = 4009;

export class TicketScreen {
  #place;
  #parts;
  /** @type {Kind} */
  #kind = "unknown";
  /** @type {View | null} */
  #view = null;
  #usualTitle = document.title;
  #wasNext = false;
  #gone = false;

  /** @param {HTMLElement} place @param {ScreenParts} parts */
  constructor(place, parts) {
    this.#place = place;
    this.#parts = parts;
  }

  /** Shows the state that holds now. */
  update() {
    if (this.#gone || this.#left()) return;
    const kind = this.#wanted();
    if (kind !== this.#kind) this.#change(kind);
    else this.#view?.update();
    this.#tellNext();
    this.#retitle();
  }

  /** Ages and countdowns. */
  tick() {
    if (this.#kind === "waiting") this.#view?.update();
    this.#retitle();
  }

  /** Whether the channel stays away for good; then another page takes over. */
  #left() {
    const { name, close } = this.#parts.channel.state;
    if (name !== "stopped" || !close || close.code === REPLACED) return false;
    const ended = this.#parts.ticket.stage === "ended";
    this.#gone = true;
    if (close.returns === "reload") this.#parts.reload();
    else if (!ended) this.#parts.lost();
    return !ended;
  }

  /** @returns {Kind} */
  #wanted() {
    const { ticket, channel } = this.#parts;
    if (channel.state.name === "stopped" && channel.state.close?.code === REPLACED) return "moved";
    return ticket.stage === "offered" ? "waiting" : ticket.stage;
  }

  /** @param {Kind} kind */
  #change(kind) {
    const first = this.#kind === "unknown";
    this.#view?.close();
    this.#kind = kind;
    document.body.dataset.state = kind;
    this.#view = kind === "unknown" ? null : this.#make(kind);
    if (kind === "serving") this.#tellServed(first);
    if (!first) this.#view?.title.focus();
  }

  /** @param {Exclude<Kind, "unknown">} kind @returns {View} */
  #make(kind) {
    const { ticket, channel, bell, draftKey, pin, link, notMe } = this.#parts;
    const now = () => channel.clock.now();
    if (kind === "waiting") {
      const online = () => channel.state.name === "online";
      return slipView(this.#place, { ticket, now, online, pin, link, notMe, bell, notify: () => this.#notify() });
    }
    if (kind === "serving") return servingView(this.#place, { ticket, now, storage: sessionStorage, draftKey, link, notMe, bell });
    if (kind === "ended") return endedView(this.#place, { ticket, now, notMe, storage: sessionStorage, draftKey: `${draftKey}:rating` });
    return kind === "parked" ? this.#parked() : this.#moved();
  }

  #parked() {
    return restView(this.#place, {
      tag: t("parked.state"),
      tagIcon: "clock",
      title: t("parked.title"),
      also: t("parked.also"),
      acts: [{ words: t("parked.back"), icon: "swap", main: true, act: () => this.#parts.channel.start() }],
    });
  }

  #moved() {
    return restView(this.#place, {
      tag: t("moved.state"),
      tagIcon: "device",
      title: t("moved.title"),
      also: t("moved.also"),
      acts: [{ words: t("moved.here"), icon: "device", main: true, act: () => this.#parts.channel.start() }],
    });
  }

  async #notify() {
    const { bell } = this.#parts;
    const [sound, notices] = await Promise.all([bell.unlock(), askForNotices()]);
    if (sound) bell.once();
    return t(sound || notices ? "waiting.notified" : "waiting.not_notified");
  }

  #tellNext() {
    const { ticket, bell } = this.#parts;
    const next = this.#kind === "waiting" && ticket.isNext && !ticket.nobodyOnDuty;
    if (next && !this.#wasNext) {
      bell.once();
      notice(t("waiting.next"), t("waiting.keep_open"));
    }
    this.#wasNext = next;
  }

  /** @param {boolean} first the page was opened in the middle of the consultation */
  #tellServed(first) {
    if (first) return;
    const words = t("serving.title", { name: this.#officer() });
    shout(words);
    this.#parts.bell.once();
    notice(words, t("serving.opened"));
  }

  #officer() {
    return officerName(this.#parts.ticket.shown?.officer_name ?? "");
  }

  #retitle() {
    const title = this.#words().filter(Boolean).join(" · ");
    const office = this.#usualTitle.split(" · ").at(-1);
    const wanted = title ? `${title} · ${office}` : this.#usualTitle;
    if (document.title !== wanted) document.title = wanted;
  }

  /** @returns {string[]} */
  #words() {
    const { ticket } = this.#parts;
    const label = ticket.shown?.label ?? "";
    if (this.#kind === "waiting" && this.#wasNext) return [t("waiting.next"), label];
    if (this.#kind === "waiting") return [label, ticket.position ? t("title.position", { position: ticket.position.position }) : ""];
    if (this.#kind === "serving") {
      const unread = ticket.transcript.unread;
      const count = document.visibilityState === "hidden" && unread > 0 ? `(${unread}) ` : "";
      return [ringingTitle(ticket.call, this.#officer()), `${count}${label}`, t("title.serving")];
    }
    if (this.#kind === "ended") return [t("ended.title"), label];
    return [this.#view?.title.textContent ?? "", label];
  }
}

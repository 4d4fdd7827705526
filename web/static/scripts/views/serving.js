// @ts-check
// Being served: who serves, two acts, the conversation, and the place where a call comes and goes.
import { t } from "../text.js";
import { callView } from "./call_stage.js";
import { composerView } from "./composer.js";
import { conversationView } from "./conversation.js";
import { clone, initial, part, show, words } from "./dom.js";
import { officerName } from "./event_words.js";
import { confirmInPlace, copyButton, notMeButton } from "./place_acts.js";

/** @typedef {import("../models/ticket.js").TicketModel} TicketModel */
/** @typedef {import("./call_stage.js").Shape} Shape */
/**
 * @typedef {object} ServingParts
 * @property {TicketModel} ticket
 * @property {() => number} now
 * @property {Storage} storage
 * @property {string} draftKey
 * @property {() => string | null} link
 * @property {() => void} notMe
 * @property {import("./bell.js").Bell} bell
 */

const FAULT_SHOWN_MS = 8000;
const CALLING = new Set(["ringing", "connecting", "connected", "reconnecting"]);

/** @param {HTMLElement} place @param {ServingParts} parts */
export function servingView(place, parts) {
  const view = new ServingView(place, parts);
  view.update();
  return view;
}

class ServingView {
  #parts;
  #root = clone("serving-template");
  #talk;
  #composer;
  #call;
  /** @type {Shape | "none"} */
  #shape = "none";
  #stop;

  /** @param {HTMLElement} place @param {ServingParts} parts */
  constructor(place, parts) {
    this.#parts = parts;
    const { ticket, now, storage, draftKey, bell } = parts;
    const { transcript, call } = ticket;
    place.replaceChildren(this.#root);
    this.#composer = composerView(part(this.#root, "composer"), {
      transcript,
      storage,
      draftKey,
      limit: () => ticket.limits?.chat_characters ?? null,
      closed: () => ticket.stage !== "serving",
    });
    this.#talk = conversationView(part(this.#root, "talk"), {
      transcript,
      side: "applicant",
      otherName: () => this.#officer(),
      visible: () => this.#chatInSight(),
      edit: (text) => this.#composer.take(text),
    });
    this.#call = callView(part(this.#root, "callplace"), {
      call,
      now,
      bell,
      otherName: () => this.#officer(),
      subtitle: () => ticket.shown?.service_name ?? "",
      label: () => ticket.shown?.label ?? "",
      unread: () => transcript.unread,
      onShape: (shape) => this.#reshape(shape),
      openChat: () => this.#composer.focus(),
    });
    this.#wireActs();
    this.#stop = call.onChange(() => this.update());
  }

  close() {
    this.#stop();
    this.#call.close();
    this.#talk.close();
    this.#composer.close();
    this.#root.remove();
  }

  get title() {
    return part(this.#root, "title");
  }

  update() {
    const { ticket } = this.#parts;
    const officer = this.#officer();
    words(part(this.#root, "title"), t("serving.title", { name: officer }));
    words(part(this.#root, "officer"), officer);
    words(part(this.#root, "face"), initial(officer));
    const { label = "", service_name: service = "" } = ticket.shown ?? {};
    words(part(this.#root, "what"), `${label} · ${service}`);
    show(part(this.#root, "officerlost"), !ticket.officerOnline);
    const busy = CALLING.has(ticket.call.stage);
    part(this.#root, "call").setAttribute("aria-disabled", String(busy));
  }

  #officer() {
    return officerName(this.#parts.ticket.shown?.officer_name ?? "");
  }

  #wireActs() {
    const { ticket, link, notMe } = this.#parts;
    const more = part(this.#root, "more");
    const links = part(this.#root, "links");
    more.addEventListener("click", () => {
      show(links, links.hidden);
      more.setAttribute("aria-expanded", String(!links.hidden));
    });
    copyButton(part(this.#root, "copy"), part(this.#root, "copywords"), link);
    notMeButton(part(this.#root, "notme"), notMe);
    part(this.#root, "call").addEventListener("click", () => this.#startCall());
    confirmInPlace(part(this.#root, "end"), {
      question: t("serving.end_sure"),
      yes: t("serving.end_yes"),
      no: t("serving.end_no"),
      act: () => ticket.end(),
      fail: (fault) => this.#refuse(fault),
    });
  }

  #startCall() {
    const { call } = this.#parts.ticket;
    if (CALLING.has(call.stage)) return;
    call.ring("video").catch((/** @type {unknown} */ fault) => this.#refuse(fault));
  }

  /** @param {unknown} fault */
  #refuse(fault) {
    const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (fault);
    words(part(this.#root, "why"), t(`error.${code}`, values));
    show(part(this.#root, "fault"), true);
    setTimeout(() => show(part(this.#root, "fault"), false), FAULT_SHOWN_MS);
  }

  /** @param {Shape | "none"} shape */
  #reshape(shape) {
    this.#shape = shape;
    this.#root.dataset.call = shape;
    this.#talk?.update();
  }

  #chatInSight() {
    return this.#shape !== "full" || matchMedia("(min-width: 48rem)").matches;
  }
}

// @ts-check
// Being served: who serves, two acts, the conversation, and the place where a call comes and goes.
import { t } from "../text.js";
import { callView } from "./call_stage.js";
import { composerView } from "./composer.js";
import { conversationView } from "./conversation.js";
import { clone, initial, partsIn, show, words } from "./dom.js";
import { officerName } from "./event_words.js";
import { guestCard } from "./guest_card.js";
import { hideAddress } from "./hide_address.js";
import { serviceName } from "./language.js";
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
  #part = partsIn(this.#root);
  #talk;
  #composer;
  #call;
  #guest;
  /** @type {Shape | "none"} */
  #shape = "none";
  #stop;

  /** @param {HTMLElement} place @param {ServingParts} parts */
  constructor(place, parts) {
    this.#parts = parts;
    const { ticket, now, storage, draftKey, bell } = parts;
    const { transcript, call, seat } = ticket;
    place.replaceChildren(this.#root);
    this.#composer = composerView(this.#part("composer"), {
      transcript,
      storage,
      draftKey,
      limit: () => ticket.limits?.chat_characters ?? null,
      closed: () => ticket.stage !== "serving",
      photo: { photos: ticket.photos, camera: () => call.devices?.track("video") ?? null },
    });
    this.#talk = conversationView(this.#part("talk"), {
      transcript,
      side: "applicant",
      otherName: () => this.#officer(),
      visible: () => this.#chatInSight(),
      edit: (text) => this.#composer.take(text),
    });
    this.#call = callView(this.#part("callplace"), {
      call,
      seat,
      recording: ticket.recording,
      now,
      bell,
      address: ticket.address,
      otherName: () => this.#officer(),
      subtitle: () => serviceName(ticket.shown),
      label: () => ticket.shown?.label ?? "",
      unread: () => transcript.unread,
      onShape: (shape) => this.#reshape(shape),
      openChat: () => this.#composer.focus(),
    });
    this.#guest = guestCard(this.#part("guest"), { seat, otherName: () => this.#officer() });
    this.#wireActs();
    this.#stop = call.onChange(() => this.update());
  }

  close() {
    this.#stop();
    this.#guest.close();
    this.#call.close();
    this.#talk.close();
    this.#composer.close();
    this.#root.remove();
  }

  get title() {
    return this.#part("title");
  }

  update() {
    const { ticket } = this.#parts;
    const officer = this.#officer();
    words(this.#part("title"), t("serving.title", { name: officer }));
    words(this.#part("officer"), officer);
    words(this.#part("face"), initial(officer));
    words(this.#part("what"), `${ticket.shown?.label ?? ""} · ${serviceName(ticket.shown)}`);
    show(this.#part("officerlost"), !ticket.officerOnline);
    const busy = CALLING.has(ticket.call.stage);
    this.#part("call").setAttribute("aria-disabled", String(busy));
    hideAddress(this.#part("hide"), ticket.address, !busy);
  }

  #officer() {
    return officerName(this.#parts.ticket.shown?.officer_name ?? "");
  }

  #wireActs() {
    const { ticket, link, notMe } = this.#parts;
    const more = this.#part("more");
    const links = this.#part("links");
    more.addEventListener("click", () => {
      const opens = links.hasAttribute("hidden");
      show(links, opens);
      more.setAttribute("aria-expanded", String(opens));
    });
    copyButton(this.#part("copy"), this.#part("copywords"), link);
    notMeButton(this.#part("notme"), notMe);
    this.#part("call").addEventListener("click", () => this.#startCall());
    this.#part("invite").addEventListener("click", () => this.#guest.open());
    confirmInPlace(this.#part("end"), {
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
    words(this.#part("why"), t(`error.${code}`, values));
    show(this.#part("fault"), true);
    setTimeout(() => show(this.#part("fault"), false), FAULT_SHOWN_MS);
  }

  /** @param {Shape | "none"} shape */
  #reshape(shape) {
    this.#shape = shape;
    this.#root.dataset.call = shape;
    // The page's column widens where video and chat stand side by side.
    const column = /** @type {HTMLElement | null} */ (this.#root.closest(".phone"));
    if (column) column.dataset.call = shape;
    this.#talk?.update();
  }

  #chatInSight() {
    return this.#shape !== "full" || matchMedia("(min-width: 48rem)").matches;
  }
}

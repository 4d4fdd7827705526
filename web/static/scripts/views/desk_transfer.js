// @ts-check
// Handing a consultation over: to whom, and what the next officer should know. It stands in the pane, above the talk.
import { t } from "../text.js";
import { counted } from "./counted.js";
import { clone, el, part, show, words } from "./dom.js";
import { inLanguage } from "./language.js";

/** @typedef {import("../models/desk.js").DeskConversation} DeskConversation */

/** @param {HTMLElement} place @param {DeskConversation} conversation */
export function transferView(place, conversation) {
  return new TransferView(place, conversation);
}

class TransferView {
  #place;
  #conversation;
  #form = /** @type {HTMLFormElement} */ (clone("transfer"));
  #to = /** @type {HTMLSelectElement} */ (part(this.#form, "to"));
  #note = /** @type {HTMLTextAreaElement} */ (part(this.#form, "note"));
  /** @type {unknown} the targets that stand in the list */
  #drawn;
  #sent = false;

  /** @param {HTMLElement} place @param {DeskConversation} conversation */
  constructor(place, conversation) {
    this.#place = place;
    this.#conversation = conversation;
    // There is one form for each pane.
    const fault = part(this.#form, "fault");
    fault.id = `transfer-fault-${conversation.ticket.id}`;
    for (const [name, field] of Object.entries({ to: this.#to, note: this.#note })) {
      field.id = `transfer-${name}-${conversation.ticket.id}`;
      part(this.#form, `${name}-label`).setAttribute("for", field.id);
      field.setAttribute("aria-describedby", fault.id);
    }
    this.#form.setAttribute("aria-label", t("desk.transfer_title", { label: conversation.ticket.label }));
    words(part(this.#form, "title"), t("desk.transfer_title", { label: conversation.ticket.label }));
    part(this.#form, "no").addEventListener("click", () => this.close());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    place.replaceChildren(this.#form);
  }

  get isOpen() {
    return !this.#place.hidden;
  }

  open() {
    this.#conversation.askTargets();
    this.#refuse("");
    show(this.#place, true);
    this.update();
    this.#to.focus();
  }

  close() {
    show(this.#place, false);
  }

  update() {
    if (!this.isOpen) return;
    const { call, targets } = this.#conversation;
    show(part(this.#form, "call"), call.stage !== "none" && call.stage !== "ended");
    if (this.#drawn === targets && this.#to.options.length > 0) return;
    this.#drawn = targets;
    const chosen = this.#to.value;
    this.#to.replaceChildren(...this.#choices());
    if ([...this.#to.options].some((option) => option.value === chosen)) this.#to.value = chosen;
  }

  /** @returns {HTMLElement[]} */
  #choices() {
    const { targets } = this.#conversation;
    if (!targets) return [el("option", { value: "" }, t("desk.transfer_looking"))];
    const { services, officers } = targets;
    const none = services.length + officers.length === 0;
    return [
      el("option", { value: "" }, t(none ? "desk.transfer_none" : "desk.transfer_choose")),
      ...group("desk.transfer_services", services.map((one) => el("option", { value: `service ${one.id}` }, serviceWords(one)))),
      ...group("desk.transfer_officers", officers.map((one) => el("option", { value: `officer ${one.id}` }, officerWords(one)))),
    ];
  }

  async #send() {
    const [kind, id] = this.#to.value.split(" ");
    const note = this.#note.value.trim();
    if (!id) return this.#refuse(t("desk.transfer_to_missing"), this.#to);
    if (!note) return this.#refuse(t("desk.transfer_note_missing"), this.#note);
    if (this.#sent) return;
    this.#refuse("");
    this.#sent = true;
    try {
      await this.#conversation.transfer({ [kind]: id }, note);
    } catch (refusal) {
      const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (refusal);
      this.#refuse(t(`error.${code}`, values), this.#to);
      this.#conversation.askTargets();
    }
    this.#sent = false;
  }

  /** @param {string} why "" takes it away @param {HTMLElement} [field] which is to be put right */
  #refuse(why, field) {
    words(part(this.#form, "fault-words"), why);
    show(part(this.#form, "fault"), why !== "");
    for (const each of [this.#to, this.#note]) {
      if (each === field) each.setAttribute("aria-invalid", "true");
      else each.removeAttribute("aria-invalid");
    }
    field?.focus();
  }
}

/** @param {string} key @param {HTMLElement[]} options */
function group(key, options) {
  return options.length > 0 ? [el("optgroup", { label: t(key) }, ...options)] : [];
}

/** @param {import("../wire.js").ServiceTarget} target */
function serviceWords({ name, name_en, on_duty = 0 }) {
  const service = inLanguage(name, name_en);
  if (on_duty === 0) return t("desk.transfer_service_empty", { service });
  return counted("desk.transfer_service", on_duty, { service });
}

/** @param {import("../wire.js").OfficerTarget} target */
function officerWords({ name, state }) {
  return state === "paused" ? t("desk.transfer_paused", { name }) : name;
}

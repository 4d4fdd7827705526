// @ts-check
// Who is served and what happened with this number so far.
import { t } from "../text.js";
import { minutes } from "../times.js";
import { counted } from "./counted.js";
import { clone, el, icon, part, words } from "./dom.js";
import { eventIcon, eventWords } from "./event_words.js";
import { serviceName } from "./language.js";

/** @typedef {import("../models/desk.js").DeskConversation} DeskConversation */

const INDONESIAN = /^(\+62)(\d{3})(\d{3,4})(\d{3,5})$/;

/** In groups, as people say it: +62 812 0000 0000. @param {string} phone */
function phoneWords(phone) {
  return phone.replace(INDONESIAN, "$1\u00a0$2\u00a0$3\u00a0$4");
}

/** @param {HTMLElement} place @param {DeskConversation} conversation */
export function factsView(place, conversation) {
  const root = clone("facts");
  place.replaceChildren(root);
  const history = part(root, "history");

  const update = () => {
    const { ticket, phone, applicationNumber, waitSeconds, transcript } = conversation;
    const values = {
      number: ticket.label,
      name: ticket.name ?? "",
      phone: phoneWords(phone),
      application: applicationNumber || t("desk.application_none"),
      service: serviceName(ticket),
      channel: t(`desk.channel_plain.${ticket.channel}`),
      wait: counted("desk.minutes", minutes(waitSeconds)),
    };
    for (const [name, value] of Object.entries(values)) words(part(root, name), value);
    const events = transcript.entries.filter((entry) => entry.kind !== "message");
    if (history.childElementCount === events.length) return;
    history.replaceChildren(
      ...events.map((entry) => el("li", {}, icon(eventIcon(entry), "xs"), el("span", {}, eventWords(entry, "officer")))),
    );
  };
  const stop = conversation.transcript.onChange(update);
  update();
  return {
    update,
    close() {
      stop();
      root.remove();
    },
  };
}

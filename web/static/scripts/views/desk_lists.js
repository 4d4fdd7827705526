// @ts-check
// Left on the desk: my conversations, the head of the queue, and the button that takes the next person.
import { t } from "../text.js";
import { duration, minutes } from "../times.js";
import { el, icon, part, show, words } from "./dom.js";
import { serviceName } from "./language.js";

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {import("../models/desk.js").DeskConversation} DeskConversation */
/** @typedef {import("../wire.js").Waiting} Waiting */

/**
 * @typedef {object} ListParts
 * @property {Desk} desk
 * @property {() => number} now
 * @property {() => boolean} online
 * @property {() => string | null} focused the ticket whose pane is worked in
 * @property {(ticket: string) => void} open
 * @property {() => void} next
 */

const KEYS = 3;

/** @param {HTMLElement} side @param {ListParts} parts */
export function listsView(side, parts) {
  const next = /** @type {HTMLButtonElement} */ (part(side, "next"));
  next.addEventListener("click", () => parts.next());
  const mine = part(side, "mine");
  mine.addEventListener("click", (event) => {
    const line = event.target instanceof Element ? event.target.closest("button") : null;
    if (line?.dataset.ticket) parts.open(line.dataset.ticket);
  });

  const update = () => {
    const { desk } = parts;
    drawMine(mine, parts);
    show(mine, desk.conversations.length > 0);
    show(part(side, "mine-none"), desk.conversations.length === 0);
    words(part(side, "mine-none"), t(desk.known ? "desk.mine_none" : "desk.connecting"));
    words(part(side, "mine-count"), desk.known ? desk.conversations.length : "");
    drawQueue(side, parts);
    const why = whyNot(parts);
    if (next.disabled !== (why !== "")) next.disabled = why !== "";
    words(part(side, "next-why"), why);
  };
  update();
  return { update };
}

/** Why nobody can be picked up now; "" when somebody can. @param {Pick<ListParts, "desk" | "online">} parts @returns {string} */
export function whyNot({ desk, online }) {
  const { duty, offer } = desk;
  if (!online() || !duty) return t("desk.why_offline");
  if (offer) return t("desk.why_offer", { label: offer.label });
  if (duty.state === "draining") return t("desk.why_draining");
  if (duty.state !== "available" && duty.state !== "paused") return t("desk.why_off_duty");
  if (duty.load >= duty.capacity) return t("desk.why_full");
  return desk.lineTotal === 0 ? t("desk.why_nobody") : "";
}

/** Lines are kept while their conversation lasts, so that a press never meets a new element. @param {HTMLElement} list @param {ListParts} parts */
function drawMine(list, { desk, now, focused }) {
  const wanted = new Set(desk.conversations.map((each) => each.ticket.id));
  for (const item of [...list.children]) if (!wanted.has(ticketOf(item))) item.remove();
  desk.conversations.forEach((conversation, index) => {
    const id = conversation.ticket.id;
    let item = [...list.children].find((each) => ticketOf(each) === id);
    if (!item) {
      item = mineItem(conversation);
      list.append(item);
    }
    const sub = subWords(conversation, now());
    words(part(item, "key"), `Alt ${index + 1}`);
    show(part(item, "key"), index < KEYS);
    words(part(item, "sub"), sub.text);
    part(item, "sub").className = `sub ${sub.tone}`.trim();
    item.firstElementChild?.setAttribute("aria-pressed", String(focused() === id));
  });
}

/** @param {Element} item */
function ticketOf(item) {
  return /** @type {HTMLElement} */ (item.firstElementChild)?.dataset.ticket ?? "";
}

/** @param {DeskConversation} conversation */
function mineItem({ ticket }) {
  return el(
    "li",
    {},
    el(
      "button",
      { class: "line", type: "button", "data-ticket": ticket.id, "aria-pressed": "false" },
      el("span", { class: "no" }, ticket.label),
      el("bdi", { class: "who" }, ticket.name ?? ""),
      el("kbd", { "data-part": "key", "aria-hidden": "true" }),
      el("span", { class: "sub", "data-part": "sub" }),
    ),
  );
}

/** The one thing about a conversation that matters most now. @param {DeskConversation} conversation @param {number} now */
function subWords({ ticket, transcript, call, applicantOnline }, now) {
  if (call.stage === "ringing" && call.incoming) return { text: t("desk.sub_ringing"), tone: "loud" };
  if (!applicantOnline) return { text: t("desk.sub_lost"), tone: "broken" };
  if (transcript.unread > 0) return { text: t("desk.sub_new", { count: transcript.unread }), tone: "loud" };
  if (transcript.typing) return { text: t("desk.sub_typing"), tone: "" };
  if (call.stage !== "none" && call.stage !== "ended") return { text: t("desk.sub_call"), tone: "" };
  return { text: t("desk.sub_served", { time: duration((now - (ticket.served_at ?? now)) / 1000) }), tone: "" };
}

/** @param {HTMLElement} side @param {ListParts} parts */
function drawQueue(side, { desk, now }) {
  const list = part(side, "queue");
  const more = desk.lineTotal - desk.line.length;
  words(part(side, "queue-count"), desk.known ? t("desk.queue_count", { count: desk.lineTotal }) : "");
  show(list, desk.line.length > 0);
  const none = part(side, "queue-none");
  show(none, desk.line.length === 0 || more > 0);
  if (!desk.known) words(none, t("desk.connecting"));
  else words(none, more > 0 ? t("desk.queue_more", { count: more }) : t("desk.queue_none"));
  const drawn = desk.line.map((waiting) => queueKey(waiting, now())).join("|");
  if (list.dataset.drawn === drawn) return;
  list.dataset.drawn = drawn;
  list.replaceChildren(...desk.line.map((waiting) => queueItem(waiting, now())));
}

/** @param {Waiting} waiting @param {number} now */
function queueKey(waiting, now) {
  return `${waiting.label}/${waiting.returned ?? false}/${waiting.for_you ?? false}/${minutesOf(waiting, now)}`;
}

/** @param {Waiting} waiting @param {number} now */
function minutesOf(waiting, now) {
  return minutes((now - waiting.joined_at) / 1000);
}

/** @param {Waiting} waiting @param {number} now */
function queueItem(waiting, now) {
  return el(
    "li",
    { class: "line" },
    el("span", { class: "no" }, waiting.label),
    el("span", { class: "who" }, serviceName(waiting)),
    el(
      "span",
      { class: "at" },
      icon(waiting.channel, "xs"),
      el("span", { class: "unseen" }, t(`desk.channel_plain.${waiting.channel}`)),
      t("desk.minutes_short", { minutes: minutesOf(waiting, now) }),
    ),
    (waiting.for_you || waiting.returned) && el("span", { class: "sub loud" }, t(waiting.for_you ? "desk.for_you" : "desk.returned")),
  );
}

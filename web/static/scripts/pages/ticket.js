// @ts-check
// The applicant's page: opens the ticket, connects, and shows the one state it is in.
import { checkTools } from "../check_tools.js";
import { browserParts, forget, openChannel, reloadOnce } from "../browser.js";
import { TicketModel } from "../models/ticket.js";
import { t } from "../text.js";
import { bannerView } from "../views/banner.js";
import { createBell } from "../views/bell.js";
import { words } from "../views/dom.js";
import { restView } from "../views/rests.js";
import { TicketScreen } from "./ticket_screen.js";
import { forgetHere, linkOf, openTicket, takeSecret, ticketId } from "./open_ticket.js";

/** @typedef {import("./open_ticket.js").Opened} Opened */

const PATIENCE_MS = 400;

const id = ticketId();
const place = /** @type {HTMLElement} */ (document.getElementById("state"));
const opening = document.getElementById("openingwords");
const draftKey = `draft:${id}`;

setTimeout(() => opening && words(opening, t("connection.connecting")), PATIENCE_MS);
void begin(takeSecret());

/** @param {string} secret */
async function begin(secret) {
  const answer = await openTicket(id, secret);
  if ("opened" in answer) await run(answer.opened);
  else if ("refused" in answer) showUnknown();
  else {
    if (opening) words(opening, t(answer.disrupted ? "ticket.open_disrupted" : "ticket.open_later"));
    setTimeout(() => void begin(secret), answer.later);
  }
}

/** @param {Opened} opened */
async function run(opened) {
  let csrf = opened.csrf;
  const channel = await openChannel({
    owner: id,
    ticket: id,
    csrf,
    renew: async () => {
      const again = await openTicket(id, opened.secret ?? "");
      if (!("opened" in again)) return null;
      csrf = again.opened.csrf;
      return csrf;
    },
  });
  const ticket = new TicketModel({ channel, ticketId: id, storage: localStorage, parts: browserParts(), tools: checkTools() });
  const bell = createBell();
  document.addEventListener("pointerdown", () => void bell.unlock(), { once: true });
  const screen = new TicketScreen(place, {
    ticket,
    channel,
    bell,
    draftKey,
    pin: opened.pin ?? null,
    link: () => linkOf(id, opened.secret),
    notMe: () => {
      channel.stop();
      forget(id);
      for (const key of [draftKey, `${draftKey}:rating`]) sessionStorage.removeItem(key);
      ticket.address.choose(false);
      forgetHere(id, csrf);
    },
    lost: showUnknown,
    reload: () => reloadOnce() || showUnknown(),
  });
  const kept = () => (ticket.stage === "serving" ? "connection.disrupted_kept" : "connection.disrupted_place");
  const banner = bannerView(/** @type {HTMLElement} */ (document.getElementById("banner")), channel, { kept });
  ticket.onChange(() => {
    screen.update();
    banner.update();
  });
  channel.onState(() => screen.update());
  setInterval(() => screen.tick(), 1000);
  channel.start();
}

/** The link or this browser's session does not open the ticket: the same words for wrong, foreign and gone. */
function showUnknown() {
  const view = restView(place, {
    tag: t("ticket.unknown_tag"),
    tagIcon: "lock",
    title: t("ticket.unknown"),
    also: t("ticket.unknown_also"),
    acts: [
      { words: t("ticket.by_pin"), icon: "device", href: "/continue", main: true },
      { words: t("ended.again"), icon: "ticket", href: "/" },
    ],
  });
  view.title.focus();
}

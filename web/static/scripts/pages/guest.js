// @ts-check
// A third person's page: shows the link's secret once, asks to come in, waits, and takes part in the call.
import { browserParts, openChannel, reloadOnce } from "../browser.js";
import { GuestModel } from "../models/guest.js";
import { t } from "../text.js";
import { bannerView } from "../views/banner.js";
import { words } from "../views/dom.js";
import { askView, lobbyView, overView, unknownView } from "../views/guest_states.js";
import { guestStage } from "../views/guest_stage.js";
import { takeSecret, ticketId } from "./open_ticket.js";
import { askToJoin, openLink } from "./open_link.js";

/** @typedef {{ title: HTMLElement, update: () => void, close: () => void }} View */

const id = ticketId();
const place = /** @type {HTMLElement} */ (document.getElementById("state"));
const opening = document.getElementById("openingwords");

void begin(takeSecret());

/** @param {string} secret */
async function begin(secret) {
  const answer = await openLink(id, secret);
  if ("csrf" in answer) await run(answer.csrf);
  else if ("role" in answer) ask(secret, answer.role);
  else if ("refused" in answer) unknownView(place).title.focus();
  else {
    if (opening) words(opening, t("guest.later"));
    setTimeout(() => void begin(secret), answer.later);
  }
}

/** @param {string} secret @param {import("../wire.js").GuestRole} role */
function ask(secret, role) {
  const view = askView(place, role, async (name, notice) => {
    const answer = await askToJoin(id, { secret, name, notice });
    if ("csrf" in answer) await run(answer.csrf);
    else if (answer.code === "not_found") unknownView(place).title.focus();
    else return answer.code;
    return null;
  });
  view.title.focus();
}

/** @param {string} csrf */
async function run(csrf) {
  const renew = async () => {
    const again = await openLink(id, "");
    return "csrf" in again ? again.csrf : null;
  };
  const channel = await openChannel({ owner: `guest.${id}`, guest: id, csrf, renew });
  const guest = new GuestModel({ channel, guestId: id, parts: browserParts() });
  bannerView(/** @type {HTMLElement} */ (document.getElementById("banner")), channel, { kept: () => "connection.disrupted_goes_on" });
  const show = screen(guest, channel);
  guest.onChange(show);
  channel.onState(show);
  channel.start();
}

/** @param {GuestModel} guest @param {import("../models/channel.js").Channel} channel */
function screen(guest, channel) {
  let kind = "opening";
  /** @type {View | null} */
  let view = null;
  /** @returns {string} */
  const wanted = () => {
    const { name, close } = channel.state;
    if (guest.stage === "ended") return "over";
    if (name === "stopped" && close) return close.returns === "reload" && reloadOnce() ? kind : "over";
    if (guest.stage === "unknown") return "opening";
    return guest.here ? "call" : "lobby";
  };
  return () => {
    const next = wanted();
    if (next === kind) return view?.update();
    view?.close();
    kind = next;
    document.body.dataset.state = next;
    view = next === "call" ? guestStage(place, guest) : next === "lobby" ? lobbyView(place, guest) : next === "over" ? overView(place, guest) : null;
    view?.title.focus();
  };
}

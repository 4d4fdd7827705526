// @ts-check
// What calls the officer back from another window: the page's title, sound, the system's notification.
import { t } from "../text.js";
import { serviceName } from "./language.js";

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {import("../wire.js").Offer} Offer */
/** @typedef {import("./bell.js").Bell} Bell */

/**
 * @typedef {object} AlarmParts
 * @property {Desk} desk
 * @property {() => number} now
 * @property {Bell} bell
 * @property {() => boolean} soundWanted
 */

/** @param {AlarmParts} parts */
export function alarmView(parts) {
  /** @type {Notification | null} */
  let notification = null;
  let rungFor = "";
  let unreadBefore = 0;

  const update = () => {
    const { desk, bell, soundWanted } = parts;
    const title = titleOf(desk);
    if (document.title !== title) document.title = title;

    const key = desk.offer ? `${desk.offer.ticket}/${desk.offer.attempt}` : "";
    if (desk.offer && soundWanted()) bell.ring();
    else bell.stop();
    if (key !== rungFor) {
      notification?.close();
      notification = desk.offer ? notify(desk.offer, parts.now()) : null;
    }
    rungFor = key;

    const unread = unreadOf(desk);
    if (unread > unreadBefore && document.hidden && soundWanted() && !desk.offer) bell.once();
    unreadBefore = unread;
  };
  update();
  return { update };
}

/** @param {Desk} desk */
function titleOf(desk) {
  const ringing = desk.conversations.filter(({ call }) => call.stage === "ringing" && call.incoming);
  const unread = unreadOf(desk);
  if (desk.offer) return t("desk.title_offer", { count: 1 + ringing.length, label: desk.offer.label });
  if (ringing[0]) return t("desk.title_ringing", { count: ringing.length, label: ringing[0].ticket.label });
  return unread > 0 ? t("desk.title_unread", { count: unread }) : t("desk.title");
}

/** @param {Desk} desk */
function unreadOf(desk) {
  return desk.conversations.reduce((sum, { transcript }) => sum + transcript.unread, 0);
}

/** @param {Offer} offer @param {number} now @returns {Notification | null} */
function notify(offer, now) {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return null;
  const seconds = Math.max(0, Math.ceil((offer.expires_at - now) / 1000));
  try {
    const shown = new Notification(t("desk.offer_notice", { label: offer.label }), {
      body: t("desk.offer_notice_body", { name: offer.name, service: serviceName(offer), seconds }),
      tag: `offer-${offer.ticket}`,
    });
    shown.addEventListener("click", () => {
      window.focus();
      shown.close();
    });
    return shown;
  } catch {
    // Some phones allow notifications only from a worker: title and sound remain.
    return null;
  }
}

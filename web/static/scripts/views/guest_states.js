// @ts-check
// What a guest sees outside the call: the question, the lobby, the end, and a link that does not work.
import { t } from "../text.js";
import { clone, partsIn, show, words } from "./dom.js";
import { restView } from "./rests.js";
import { attach } from "./tiles.js";
import { deviceTrouble, showTrouble } from "./trouble.js";

/** @typedef {import("../models/guest.js").GuestModel} GuestModel */

const OVER = new Set(["left", "refused", "removed", "policy", "officer_lost", "transferred"]);

/**
 * @param {HTMLElement} place @param {import("../wire.js").GuestRole} role
 * @param {(name: string, notice: boolean) => Promise<string | null>} ask a code when it was refused
 */
export function askView(place, role, ask) {
  const root = /** @type {HTMLFormElement} */ (clone("guest-ask-template"));
  const part = partsIn(root);
  const name = /** @type {HTMLInputElement} */ (part("name"));
  const notice = /** @type {HTMLInputElement} */ (part("notice"));
  const button = /** @type {HTMLButtonElement} */ (part("ask"));
  words(part("as"), t("guest.invited_as", { role: t(`third.role.${role}`) }));

  /** @param {HTMLInputElement} field @param {string} about @param {boolean} wrong */
  const mark = (field, about, wrong) => {
    show(part(`${about}fault`), wrong);
    part(`${about}field`).classList.toggle("wrong", wrong);
    for (const [attribute, value] of [["aria-invalid", "true"], ["aria-describedby", `guest${about}-fault`]]) {
      if (wrong) field.setAttribute(attribute, value);
      else field.removeAttribute(attribute);
    }
  };
  const check = () => {
    const nameless = !/\p{L}/u.test(name.value);
    mark(name, "name", nameless);
    mark(notice, "notice", !notice.checked);
    (nameless ? name : notice.checked ? null : notice)?.focus();
    return !nameless && notice.checked;
  };
  root.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!check() || button.disabled) return;
    button.disabled = true;
    const code = await ask(name.value, notice.checked);
    button.disabled = false;
    words(part("why"), code ? t(`error.${code}`) : "");
    show(part("fault"), code !== null);
  });
  place.replaceChildren(root);
  return { title: part("title") };
}

/** @param {HTMLElement} place @param {GuestModel} guest */
export function lobbyView(place, guest) {
  const root = clone("guest-lobby-template");
  const part = partsIn(root);
  const self = /** @type {HTMLVideoElement} */ (part("self"));
  self.muted = true;
  part("leave").addEventListener("click", () => void guest.leave().catch(() => {}));
  part("retry").addEventListener("click", () => void guest.askForDevices());
  const update = () => {
    const inside = guest.stage === "admitted";
    words(part("title"), t(inside ? "guest.admitted" : "guest.lobby"));
    words(part("also"), t(inside ? "guest.admitted_also" : "guest.lobby_also"));
    show(part("half"), !inside && (guest.guest?.admitted_by ?? []).length > 0);
    attach(self, guest.local.stream, () => {});
    show(self, guest.local.video);
    showTrouble(part, deviceTrouble(guest.local, false));
  };
  place.replaceChildren(root);
  update();
  const close = () => {
    self.srcObject = null;
    root.remove();
  };
  return { title: part("title"), update, close };
}

/** @param {HTMLElement} place @param {GuestModel} guest */
export function overView(place, guest) {
  const reason = guest.guest?.ended_reason ?? "";
  return restView(place, {
    tag: t("guest.over_tag"),
    tagIcon: "check",
    title: t(`guest.over.${OVER.has(reason) ? reason : "other"}`),
    also: t("guest.over_also"),
    acts: [],
  });
}

/** Wrong, used and run out look alike. @param {HTMLElement} place */
export function unknownView(place) {
  return restView(place, { tag: t("guest.unknown_tag"), tagIcon: "lock", title: t("guest.unknown"), also: t("guest.unknown_also"), acts: [] });
}

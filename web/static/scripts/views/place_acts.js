// @ts-check
// Acts that belong to a place in every state: copy its link, hand the phone on, confirm in place.
import { t } from "../text.js";
import { el, words } from "./dom.js";
import { say } from "./speaker.js";

const SHOWN_MS = 4000;

/**
 * "Salin tautan": the button becomes the result.
 * @param {HTMLElement} button @param {HTMLElement} label @param {() => string | null} link
 */
export function copyButton(button, label, link) {
  const usual = label.textContent ?? "";
  button.hidden = link() === null;
  button.addEventListener("click", async () => {
    const done = await copied(link() ?? "");
    const told = t(done ? "link.copied" : "link.not_copied");
    words(label, told);
    say(told);
    setTimeout(() => words(label, usual), SHOWN_MS);
  });
}

/** @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text);
  }
}

/** For browsers that keep the clipboard from pages. @param {string} text */
function copiedTheOldWay(text) {
  const box = el("textarea", { class: "unseen", readonly: true, "aria-hidden": "true" }, text);
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
}

/**
 * Asks where the button stands before something is done that cannot be undone.
 * @param {HTMLElement} button
 * @param {{ question: string, yes: string, no: string, act: () => Promise<unknown>, fail?: (fault: unknown) => void }} asked
 */
export function confirmInPlace(button, asked) {
  button.addEventListener("click", () => {
    const yes = el("button", { class: "btn danger", type: "button" }, asked.yes);
    const no = el("button", { class: "btn", type: "button" }, asked.no);
    const question = el("p", { tabindex: "-1" }, asked.question);
    const ask = el("div", { class: "ask note", role: "group", "aria-label": asked.question }, question, el("div", { class: "two" }, no, yes));
    const back = () => {
      ask.replaceWith(button);
      button.focus();
    };
    no.addEventListener("click", back);
    yes.addEventListener("click", async () => {
      yes.setAttribute("aria-disabled", "true");
      try {
        await asked.act();
      } catch (fault) {
        back();
        asked.fail?.(fault);
      }
    });
    button.replaceWith(ask);
    question.focus();
  });
}

/** "Bukan saya": asks first, because this browser then forgets the number. @param {HTMLElement} button @param {() => void} act */
export function notMeButton(button, act) {
  confirmInPlace(button, {
    question: t("link.not_me_sure"),
    yes: t("link.not_me_yes"),
    no: t("link.not_me_no"),
    act: async () => act(),
  });
}

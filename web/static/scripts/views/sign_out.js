// @ts-check
// Who still serves people is asked before signing out: they would go back to the line.
import { counted } from "./counted.js";
import { part, words } from "./dom.js";

/**
 * Stands before the menu's form of signing out.
 * @param {HTMLFormElement} form @param {HTMLDialogElement} sheet @param {() => number} serving how many people are served
 * @returns {{ passes: () => boolean }} whether the form may be sent; where not, the officer is being asked
 */
export function signOutView(form, sheet, serving) {
  let agreed = false;
  part(sheet, "stay").addEventListener("click", () => sheet.close());
  part(sheet, "leave").addEventListener("click", () => {
    sheet.close();
    agreed = true;
    const yes = document.createElement("input");
    Object.assign(yes, { type: "hidden", name: "agreed", value: "yes" });
    form.append(yes);
    form.requestSubmit();
  });
  return {
    passes() {
      const count = serving();
      if (agreed || count === 0) return true;
      words(part(sheet, "why"), counted("sign_out.serving", count));
      sheet.showModal();
      return false;
    },
  };
}

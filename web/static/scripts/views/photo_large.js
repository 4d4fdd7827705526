// @ts-check
// One photo as large as the page, or in its own size. Escape closes it, and the focus goes back to where it was.
import { t } from "../text.js";
import { clone, part, show, words } from "./dom.js";

/** @param {{ address: string, alt: string, caption: string }} photo */
export function openPhoto({ address, alt, caption }) {
  const dialog = /** @type {HTMLDialogElement} */ (clone("photo-large-template"));
  const image = /** @type {HTMLImageElement} */ (part(dialog, "image"));
  const size = part(dialog, "size");
  const back = /** @type {HTMLElement | null} */ (document.activeElement);
  image.alt = alt;
  image.src = address;
  image.addEventListener("load", () => show(part(dialog, "loading"), false));
  image.addEventListener("error", () => words(part(dialog, "loading"), t("photo.gone")));
  words(part(dialog, "caption"), caption || t("photo.label"));
  part(dialog, "keep").setAttribute("href", address);
  size.addEventListener("click", () => {
    const real = dialog.classList.toggle("real");
    size.setAttribute("aria-pressed", String(real));
  });
  part(dialog, "close").addEventListener("click", () => dialog.close());
  // The desk has keys of its own; while a photo lies on it they rest.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("close", () => {
    dialog.remove();
    back?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

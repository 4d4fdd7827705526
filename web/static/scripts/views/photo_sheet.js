// @ts-check
// Sending a photo of a document: take or choose it, look at it, say what it is, send.
import { NotAPhoto, shrunk, still } from "../photo_drawing.js";
import { t } from "../text.js";
import { clone, partsIn, show, words } from "./dom.js";

/** @typedef {{ send: (picture: Blob, caption: string) => void, camera: () => MediaStreamTrack | null }} SheetParts `camera`: of a call that goes on */

/** @param {SheetParts} parts */
export function openPhotoSheet(parts) {
  const sheet = new PhotoSheet(parts);
  sheet.open();
  return sheet;
}

class PhotoSheet {
  #parts;
  #root = /** @type {HTMLDialogElement} */ (clone("photo-sheet-template"));
  #part = partsIn(this.#root);
  /** @type {Blob | null} */
  #picture = null;
  #address = "";
  #back = /** @type {HTMLElement | null} */ (document.activeElement);

  /** @param {SheetParts} parts */
  constructor(parts) {
    this.#parts = parts;
    for (const [button, file] of [["take", "takefile"], ["pick", "pickfile"]]) {
      const input = /** @type {HTMLInputElement} */ (this.#part(file));
      this.#part(button).addEventListener("click", () => input.click());
      input.addEventListener("change", () => {
        const chosen = input.files?.[0];
        // The same file may be chosen again.
        input.value = "";
        if (chosen) void this.#look(() => shrunk(chosen));
      });
    }
    this.#part("grab").addEventListener("click", () => this.#grab());
    this.#part("other").addEventListener("click", () => this.#show(null));
    this.#part("cancel").addEventListener("click", () => this.#root.close());
    this.#part("form").addEventListener("submit", (event) => this.#send(event));
    this.#root.addEventListener("keydown", (event) => event.stopPropagation());
    this.#root.addEventListener("close", () => this.close());
  }

  open() {
    // With a mouse there is seldom a camera that could be held over a paper.
    show(this.#part("take"), matchMedia("(pointer: coarse)").matches);
    show(this.#part("grab"), this.#parts.camera() !== null);
    document.body.append(this.#root);
    this.#show(null);
    this.#root.showModal();
    this.#part("title").focus();
  }

  close() {
    if (!this.#root.isConnected) return;
    this.#forget();
    this.#root.remove();
    this.#back?.focus();
  }

  #grab() {
    const track = this.#parts.camera();
    if (track) void this.#look(() => still(track));
    else this.#tell(t("photo.camera_gone"));
  }

  /** @param {() => Promise<Blob>} make */
  async #look(make) {
    this.#tell("");
    words(this.#part("state"), t("photo.preparing"));
    this.#root.setAttribute("aria-busy", "true");
    try {
      this.#show(await make());
    } catch (fault) {
      this.#tell(t(fault instanceof NotAPhoto ? `photo.bad.${fault.reason}` : "photo.camera_gone"));
    } finally {
      words(this.#part("state"), "");
      this.#root.setAttribute("aria-busy", "false");
    }
  }

  /** The photo to be sent, or null: none is chosen. @param {Blob | null} picture */
  #show(picture) {
    this.#forget();
    this.#picture = picture;
    this.#tell("");
    show(this.#part("choices"), picture === null);
    show(this.#part("form"), picture !== null);
    if (!picture) return;
    this.#address = URL.createObjectURL(picture);
    const image = /** @type {HTMLImageElement} */ (this.#part("image"));
    image.src = this.#address;
    this.#caption.focus();
  }

  /** @param {Event} event */
  #send(event) {
    event.preventDefault();
    if (!this.#picture) return;
    this.#parts.send(this.#picture, this.#caption.value.trim());
    this.#picture = null;
    this.#root.close();
  }

  get #caption() {
    return /** @type {HTMLInputElement} */ (this.#part("caption"));
  }

  #forget() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = "";
  }

  /** @param {string} why "" takes it away */
  #tell(why) {
    words(this.#part("why"), why);
    show(this.#part("fault"), why !== "");
  }
}

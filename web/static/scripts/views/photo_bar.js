// @ts-check
// The composer's part for photos: the button, and those that are not sent yet.
import { t } from "../text.js";
import { part, show } from "./dom.js";
import { unsentPhotoNode, updateUnsent } from "./photo_entry.js";
import { openPhotoSheet } from "./photo_sheet.js";
import { say } from "./speaker.js";

/** @typedef {import("../models/photos.js").Photos} Photos */
/** @typedef {{ photos: Photos, camera: () => MediaStreamTrack | null, closed?: () => boolean }} PhotoBarParts */
/** @typedef {{ node: HTMLElement, address: string, state: string }} Drawn */

/** @param {HTMLElement} form the composer's @param {PhotoBarParts} parts @returns {() => void} takes it away */
export function photoBar(form, { photos, camera, closed }) {
  const list = part(form, "photos");
  /** @type {ReturnType<typeof openPhotoSheet> | null} */
  let sheet = null;
  /** @type {Map<string, Drawn>} */
  const drawn = new Map();
  const press = () => {
    if (!closed?.()) sheet = openPhotoSheet({ camera, send: (picture, caption) => photos.send(picture, caption) });
  };

  /** @param {string} id */
  const drop = (id) => {
    const old = drawn.get(id);
    if (!old) return;
    URL.revokeObjectURL(old.address);
    old.node.remove();
    drawn.delete(id);
  };

  const update = () => {
    const wanted = new Set(photos.unsent.map(({ id }) => id));
    for (const id of [...drawn.keys()]) if (!wanted.has(id)) drop(id);
    for (const photo of photos.unsent) {
      const old = drawn.get(photo.id);
      if (old?.state === photo.state) {
        updateUnsent(old.node, photo);
        continue;
      }
      const address = old?.address ?? URL.createObjectURL(photo.picture);
      const acts = { again: () => photos.again(photo.id), discard: () => photos.discard(photo.id) };
      const node = unsentPhotoNode(photo, address, acts);
      if (old) old.node.replaceWith(node);
      else list.append(node);
      drawn.set(photo.id, { node, address, state: photo.state });
      if (photo.state === "refused") say(node.querySelector('[data-part="how"]')?.textContent ?? t("photo.label"));
    }
    show(list, photos.unsent.length > 0);
  };

  part(form, "photo").addEventListener("click", press);
  show(part(form, "photo"), true);
  const stop = photos.onChange(update);
  update();
  return () => {
    stop();
    sheet?.close();
    for (const id of [...drawn.keys()]) drop(id);
  };
}

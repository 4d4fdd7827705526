// @ts-check
// A photo in the conversation: a small picture that opens large, its caption, its mark.
import { photoAddress } from "../photo_tools.js";
import { t } from "../text.js";
import { clockTime } from "../times.js";
import { el, icon, words } from "./dom.js";
import { officerName } from "./event_words.js";
import { openPhoto } from "./photo_large.js";

/** @typedef {import("../wire.js").Entry} Entry */
/** @typedef {import("../wire.js").PersonSide} PersonSide */

/** @param {Entry} entry @param {PersonSide} side the reader's @param {string} ticket @param {string} from shown above the photo */
export function photoNode(entry, side, ticket, from) {
  const mine = entry.by === side;
  const speaker = mine ? t("conversation.you") : entry.by === "officer" ? officerName(entry.name ?? "") : entry.name || t("conversation.by_applicant");
  const caption = entry.text ?? "";
  const { photo = "", width = 4, height = 3 } = entry.values ?? {};
  const address = photoAddress(ticket, String(photo));
  const alt = caption ? t("photo.alt_caption", { caption }) : t("photo.alt", { name: speaker });
  const image = el("img", { class: "small", src: `${address}/small`, alt, width, height, loading: "lazy", decoding: "async" });
  const open = el("button", { class: "thumb", type: "button", onclick: () => openPhoto({ address, alt, caption }) }, image, el("span", { class: "unseen" }, `. ${t("photo.open")}`));
  image.addEventListener("error", () => open.replaceWith(el("p", { class: "gone" }, icon("camera", "xs"), t("photo.gone"))));
  const time = el("time", { datetime: new Date(entry.at).toISOString() }, clockTime(entry.at));
  return el(
    "div",
    { class: mine ? "msg mine photo" : "msg photo", "aria-live": mine ? "off" : null, "data-seq": entry.seq },
    el("span", { class: from ? "small soft" : "unseen" }, el("bdi", {}, speaker), ": "),
    open,
    caption && el("div", { class: "text" }, caption),
    el("div", { class: "meta" }, time),
  );
}

/**
 * A photo that the service does not have yet.
 * @param {import("../models/photos.js").UnsentPhoto} photo @param {string} address of the picture in this browser
 * @param {{ again: () => void, discard: () => void }} acts
 */
export function unsentPhotoNode(photo, address, acts) {
  const refused = photo.state === "refused";
  const progress = el("progress", { max: 100, value: 0, "aria-label": t("photo.progress") });
  const node = el(
    "li",
    { class: "unsentphoto", "data-state": photo.state },
    el("img", { src: address, alt: photo.caption ? t("photo.alt_caption", { caption: photo.caption }) : t("photo.label") }),
    el("div", { class: "grow" }, photo.caption && el("p", { class: "cut" }, photo.caption), el("p", { class: "small", "data-part": "how" }), photo.state === "sending" && progress),
    refused && el("button", { class: "btn low", type: "button", onclick: acts.again }, t("conversation.again")),
    photo.state !== "sending" && el("button", { class: "btn low", type: "button", onclick: acts.discard }, t("photo.discard")),
  );
  updateUnsent(node, photo);
  return node;
}

/** @param {Element} node @param {import("../models/photos.js").UnsentPhoto} photo */
export function updateUnsent(node, photo) {
  const how = node.querySelector('[data-part="how"]');
  if (how) words(how, howWords(photo));
  const progress = node.querySelector("progress");
  if (progress) progress.value = Math.round(photo.part * 100);
}

/** @param {import("../models/photos.js").UnsentPhoto} photo */
function howWords({ state, part, code, values = {} }) {
  if (state === "waiting") return t("mark.unsent");
  if (state === "sending") return part < 1 ? t("photo.sending", { percent: Math.round(part * 100) }) : t("photo.checking");
  return photoFault(code ?? "", values);
}

/** Why it was not taken, and what to do. @param {string} code @param {Record<string, string | number>} values */
export function photoFault(code, values) {
  if (code !== "bad_photo") return t(code === "too_large" ? "photo.bad.bytes" : `error.${code}`, values);
  return t(`photo.bad.${values.reason}`, values);
}

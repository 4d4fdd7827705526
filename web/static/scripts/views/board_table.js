// @ts-check
// One row for each service. Roles stand in the markup, because on a phone the rows are drawn as cards.
import { t } from "../text.js";
import { duration } from "../times.js";
import { el, icon, part, show, words } from "./dom.js";
import { inLanguage } from "./language.js";

/** @typedef {import("../models/board.js").Board} Board */
/** @typedef {import("../wire.js").ServiceFigures} ServiceFigures */

const SVG = "http://www.w3.org/2000/svg";
const BAR = { width: 90, height: 8 };

/** @param {HTMLElement} panel holds the table and the words for an empty one @param {Board} board @param {() => number} now */
export function tableView(panel, board, now) {
  const rows = part(panel, "rows");
  const none = part(panel, "none");
  return {
    update() {
      const { services } = board;
      show(none, services.length === 0);
      words(none, t(board.known ? "board.services_none" : "board.connecting"));
      const ids = services.map(({ id, name }) => `${id}:${name}`).join("|");
      if (rows.dataset.ids !== ids) rows.replaceChildren(...services.map(row));
      rows.dataset.ids = ids;
      const most = Math.max(1, ...services.map(({ waiting }) => waiting));
      services.forEach((service, index) => fill(rows.children[index], service, most, now()));
    },
  };
}

/** @param {ServiceFigures} service */
function row(service) {
  return el(
    "tr",
    { role: "row" },
    el("th", { scope: "row", role: "rowheader" }, inLanguage(service.name, service.name_en)),
    cell("waiting", el("span", { class: "split", "data-part": "split" }), bars(), el("span", { class: "count", "data-part": "waiting" })),
    cell("longest", el("span", { "data-part": "longest" })),
    cell("serving", el("span", { class: "count", "data-part": "serving" })),
    cell("on_duty", el("span", { "data-part": "officers" })),
  );
}

/** @param {string} column @param {...Node} children */
function cell(column, ...children) {
  return el("td", { role: "cell" }, el("span", { class: "column", "aria-hidden": "true" }, t(`board.${column}`)), ...children);
}

/** How the waiting divide: a picture of the words beside it. */
function bars() {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "bars");
  drawing.setAttribute("viewBox", `0 0 ${BAR.width} ${BAR.height}`);
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  for (const name of ["rail", "chat", "video"]) {
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("class", name);
    bar.setAttribute("height", String(BAR.height));
    bar.setAttribute("width", name === "rail" ? String(BAR.width) : "0");
    drawing.append(bar);
  }
  return drawing;
}

/** @param {Element} line @param {ServiceFigures} service @param {number} most waiting for one service @param {number} now */
function fill(line, service, most, now) {
  words(part(line, "waiting"), service.waiting);
  const { waiting_chat: chat, waiting_video: video } = service;
  words(part(line, "split"), service.waiting > 0 ? t("board.by_channel", { chat, video }) : "");
  drawBars(line, (chat / most) * BAR.width, (video / most) * BAR.width);
  const since = service.longest_since_at ?? null;
  words(part(line, "longest"), since === null ? t("board.none") : duration((now - since) / 1000));
  part(line, "longest").className = since === null ? "soft" : "";
  words(part(line, "serving"), service.serving);
  const officers = part(line, "officers");
  const alone = service.waiting > 0 && service.officers_on_duty === 0;
  if (officers.textContent === String(service.officers_on_duty) && officers.className === (alone ? "alone" : "")) return;
  officers.className = alone ? "alone" : "";
  officers.replaceChildren(...(alone ? [icon("alert", "xs")] : []), String(service.officers_on_duty));
}

/** @param {Element} line @param {number} chat @param {number} video */
function drawBars(line, chat, video) {
  const [first, second] = [line.querySelector(".chat"), line.querySelector(".video")];
  first?.setAttribute("width", chat.toFixed(1));
  second?.setAttribute("x", chat.toFixed(1));
  second?.setAttribute("width", video.toFixed(1));
}

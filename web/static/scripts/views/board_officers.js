// @ts-check
// The officers by state: who serves, who is ready, who is not.
import { has, t } from "../text.js";
import { duration } from "../times.js";
import { GROUPS, groupOf, onDuty } from "./board_groups.js";
import { el, icon, part, show, words } from "./dom.js";

/** @typedef {import("../models/board.js").Board} Board */
/** @typedef {import("../wire.js").OfficerFigures} OfficerFigures */
/** @typedef {import("./board_groups.js").Group} Group */

/** @param {HTMLElement} panel @param {Board} board @param {() => number} now */
export function officersView(panel, board, now) {
  const groups = part(panel, "groups");
  let drawn = "";
  return {
    update() {
      const { officers } = board;
      show(part(panel, "none"), officers.length === 0);
      words(part(panel, "none"), t(board.known ? "board.officers_none" : "board.connecting"));
      words(part(panel, "count"), board.known ? t("board.signed_in", { count: onDuty(officers).all }) : "");
      const state = JSON.stringify(officers);
      if (state !== drawn) groups.replaceChildren(...GROUPS.flatMap((group) => groupNodes(group, officers)));
      drawn = state;
      for (const time of groups.querySelectorAll("[data-since]")) {
        words(time, duration((now() - Number(time.getAttribute("data-since"))) / 1000));
      }
    },
  };
}

/** @param {Group} group @param {OfficerFigures[]} officers */
function groupNodes(group, officers) {
  const members = officers.filter((officer) => groupOf(officer) === group);
  if (members.length === 0) return [];
  const title = el("h3", {}, t(`board.group.${group}`), el("span", { class: "num" }, members.length));
  return [title, el("ul", {}, ...members.map((officer) => line(officer, group)))];
}

/** @param {OfficerFigures} officer @param {Group} group */
function line(officer, group) {
  const { load, capacity } = officer;
  return el(
    "li",
    {},
    el("span", { class: "name" }, el("bdi", {}, officer.name), load > 0 && el("span", { class: "load" }, t("board.units", { load, capacity }))),
    el("span", { class: "tags" }, ...tags(officer)),
    group === "off" ? el("span") : el("span", { class: "since num", "data-since": officer.since_at }),
  );
}

/** What the officer does now, and the state when that is another. @param {OfficerFigures} officer */
function tags(officer) {
  const { state, chats, calls, offered } = officer;
  const all = [];
  if (offered) all.push(tag("offer", "bell", t("board.tag.offered")));
  if (calls > 0) all.push(tag("serve", "video", chats > 0 ? t("board.tag.call_chats", { count: chats }) : t("board.tag.call")));
  else if (chats > 0) all.push(tag("serve", "chat", t(chats === 1 ? "board.tag.chats_one" : "board.tag.chats", { count: chats })));
  if (state === "paused") all.push(tag("closed", "pause", pauseWords(officer)));
  if (state === "draining") all.push(tag("closed", "door", t("board.tag.draining")));
  if (state === "lost") all.push(tag("lost", "broken-link", t("board.tag.lost")));
  if (state === "offline" || state === "disabled") all.push(tag("closed", "lock", t("board.tag.off")));
  return all.length > 0 ? all : [tag("wait", "check", t("board.tag.ready"))];
}

/** @param {OfficerFigures} officer */
function pauseWords({ reason }) {
  const key = `board.reason.${reason}`;
  return has(key) ? t(key) : t("board.tag.paused");
}

/** @param {string} state @param {string} sign @param {string} text */
function tag(state, sign, text) {
  return el("span", { class: `tag ${state}` }, icon(sign, "xs"), text);
}

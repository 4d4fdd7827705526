// @ts-check
// An officer's state as a supervisor speaks of it: one word for the wire's state and what the officer is doing.

/** @typedef {import("../wire.js").OfficerFigures} OfficerFigures */
/** @typedef {"serving" | "ready" | "paused" | "lost" | "off"} Group */

/** In the order they are shown. @type {Group[]} */
export const GROUPS = ["serving", "ready", "paused", "lost", "off"];

/** @param {OfficerFigures} officer @returns {Group} */
export function groupOf({ state, chats, calls }) {
  if (state === "lost") return "lost";
  if (state === "offline" || state === "disabled") return "off";
  if (chats + calls > 0) return "serving";
  return state === "paused" ? "paused" : "ready";
}

/** Ready or paused, as the services' own counts of officers on duty have it. @param {OfficerFigures[]} officers */
export function onDuty(officers) {
  const ready = officers.filter(({ state }) => state === "available").length;
  const paused = officers.filter(({ state }) => state === "paused").length;
  return { ready, paused, all: ready + paused };
}

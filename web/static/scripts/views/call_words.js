// @ts-check
// A call in words: what is going on, what is the matter with a camera or microphone.
import { t } from "../text.js";
import { duration } from "../times.js";
import { officePhone } from "./office_phone.js";
import { deviceTrouble } from "./trouble.js";

/** @typedef {import("../models/call.js").Call} Call */
/** @typedef {import("./trouble.js").Trouble} Trouble */

const CONNECTING = { first: "call.connecting", another: "call.trying_another_way", audio: "call.trying_audio" };
const BROKEN = new Set(["media_lost", "setup_failed", "policy"]);

/** Seconds until the ringing ends, or null. @param {Call} call @param {number} now */
export function secondsLeft(call, now) {
  return secondsUntil(call.shown?.ring_expires_at, now);
}

/** @param {number | null | undefined} until @param {number} now */
function secondsUntil(until, now) {
  return until === null || until === undefined ? null : Math.max(0, Math.ceil((until - now) / 1000));
}

/** The chip beside the name. @param {Call} call @param {number} now */
export function stateWords(call, now) {
  if (call.stage === "ringing") return t("call.calling", { seconds: secondsLeft(call, now) ?? 0 });
  if (call.stage === "connecting") return t(CONNECTING[call.tries]);
  const since = call.shown?.connected_at;
  const length = since ? duration((now - since) / 1000) : "";
  if (call.stage !== "reconnecting") return length;
  // The service ends it then; without a line to the service this page does not know.
  const left = secondsUntil(call.shown?.reconnects_until, now);
  return !left ? `${length} · ${t("call.reconnecting")}` : t("call.reconnecting_left", { seconds: left });
}

/**
 * Why there is no picture of the other side.
 * @param {Call} call @param {string} name @param {boolean} short where the name stands beside it
 */
export function noPictureWords(call, name, short) {
  if (call.stage === "ringing") return t("call.waits_for", { name });
  if (call.stage === "connecting") return t(CONNECTING[call.tries]);
  return t(`call.${short ? "tile." : ""}${call.remote.paused ? "paused" : "no_picture"}`, { name });
}

/**
 * The one thing to say about this device; null when all is well.
 * @param {Call} call @param {boolean} soundBlocked @returns {Trouble | null}
 */
export function troubleOf(call, soundBlocked) {
  if (!call.here && (call.stage === "connecting" || call.stage === "connected")) {
    return { words: t("call.elsewhere"), retry: "join" };
  }
  if (call.stage === "reconnecting") return { words: t("call.reconnecting_words"), retry: null };
  if (soundBlocked) return { words: t("call.sound_blocked"), retry: "sound" };
  if (call.screen.problem) return { words: t(`call.screen.${call.screen.problem}`), retry: null };
  const device = deviceTrouble(call.local);
  if (device) return device;
  if (call.local.screen && call.quality.paused) return { words: t("call.screen.paused"), retry: null };
  if (call.local.video && call.quality.paused) return { words: t("call.self_paused"), retry: null };
  return null;
}

/** How a call ended that somebody should hear of, else "". @param {Call} call */
export function endedWords(call) {
  const reason = call.shown?.ended_reason ?? "";
  return BROKEN.has(reason) ? t(`event.call_ended.${reason}`, { phone: officePhone() }) : "";
}

// @ts-check
// What is the matter with somebody's own devices in a call, and the one button that may mend it.
import { t } from "../text.js";
import { show, words } from "./dom.js";
import { guideWords } from "./permission_guide.js";
import { say as sayAloud } from "./speaker.js";

/** @typedef {import("../models/capture.js").Problem} Problem */
/** @typedef {"camera" | "mic" | "join" | "sound"} Retry */
/** @typedef {{ words: string, guide?: string, retry: Retry | null, came?: boolean }} Trouble `guide`: what to tap; `came`: by itself, so it is said aloud */

const RETRY_WORDS = { camera: "call.try_again", mic: "call.try_again", join: "call.join_here", sound: "call.play_sound" };

/** Words that say that one may still write. */
const WRITES = new Set(["call.both.missing", "call.both.failed", "call.mic.missing", "call.mic.failed"]);

/**
 * Why there is no microphone or camera, or that it is another one now; null when all is well.
 * @param {import("../models/call_media.js").LocalShown} local @param {boolean} [chats] there is a chat beside the call
 * @returns {Trouble | null}
 */
export function deviceTrouble({ problem, replaced }, chats = true) {
  const say = (/** @type {string} */ key) => t(!chats && WRITES.has(key) ? key.replace("call.", "guest.") : key);
  const { audio, video } = problem.audio !== problem.video ? (cutOff(problem) ?? problem) : problem;
  const guide = guideWords({ audio, video });
  const came = audio === "interrupted" || video === "interrupted";
  if (audio && video) return { words: say(`call.both.${audio}`), guide, retry: "camera", came };
  if (audio) return { words: say(`call.mic.${audio}`), guide, retry: "mic", came };
  if (video) return { words: say(`call.camera.${video}`), guide, retry: "camera", came };
  return replaced ? { words: replacedWords(replaced), retry: null, came: true } : null;
}

/** What was cut off comes before what was never there. @param {Problem} problem @returns {Problem | null} */
function cutOff({ audio, video }) {
  if (audio === "interrupted") return { audio };
  return video === "interrupted" ? { video } : null;
}

/** @param {import("../models/capture.js").Replaced} replaced */
function replacedWords({ kind, name }) {
  return kind === "audio" ? t("call.mic.replaced", { name: name || t("call.microphone") }) : t("call.camera.replaced", { name: name || t("call.camera") });
}

/** Fills the parts `trouble`, `troublewords`, `troubleguide` and `retry`. @param {(name: string) => HTMLElement} part @param {Trouble | null} trouble */
export function showTrouble(part, trouble) {
  show(part("trouble"), trouble !== null);
  if (trouble?.came && part("troublewords").textContent !== trouble.words) sayAloud(trouble.words);
  words(part("troublewords"), trouble?.words ?? "");
  words(part("troubleguide"), trouble?.guide ?? "");
  show(part("troubleguide"), Boolean(trouble?.guide));
  const retry = part("retry");
  retry.dataset.retry = trouble?.retry ?? "";
  words(retry, trouble?.retry ? t(RETRY_WORDS[trouble.retry]) : "");
  show(retry, Boolean(trouble?.retry));
}

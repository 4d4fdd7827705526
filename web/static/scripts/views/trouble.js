// @ts-check
// What is the matter with somebody's own devices in a call, and the one button that may mend it.
import { t } from "../text.js";
import { show, words } from "./dom.js";
import { guideWords } from "./permission_guide.js";

/** @typedef {"camera" | "mic" | "join" | "sound"} Retry */
/** @typedef {{ words: string, guide?: string, retry: Retry | null }} Trouble `guide`: what to tap */

const RETRY_WORDS = { camera: "call.try_again", mic: "call.try_again", join: "call.join_here", sound: "call.play_sound" };

/** Why there is no microphone or camera; null when all is well. @param {import("../models/capture.js").Problem} problem @returns {Trouble | null} */
export function deviceTrouble({ audio, video }) {
  const guide = guideWords({ audio, video });
  if (audio && video) return { words: t(`call.both.${audio}`), guide, retry: "camera" };
  if (audio) return { words: t(`call.mic.${audio}`), guide, retry: "mic" };
  if (video) return { words: t(`call.camera.${video}`), guide, retry: "camera" };
  return null;
}

/** Fills the parts `trouble`, `troublewords`, `troubleguide` and `retry`. @param {(name: string) => HTMLElement} part @param {Trouble | null} trouble */
export function showTrouble(part, trouble) {
  show(part("trouble"), trouble !== null);
  words(part("troublewords"), trouble?.words ?? "");
  words(part("troubleguide"), trouble?.guide ?? "");
  show(part("troubleguide"), Boolean(trouble?.guide));
  const retry = part("retry");
  retry.dataset.retry = trouble?.retry ?? "";
  words(retry, trouble?.retry ? t(RETRY_WORDS[trouble.retry]) : "");
  show(retry, Boolean(trouble?.retry));
}

// @ts-check
// The quality a call begins with, by what is known of the network before it. Pure.
import { BEST, LEVELS, SAVING, least } from "./quality.js";

/** @typedef {import("./quality.js").Level} Level */

/** By the verdict of the device check. @type {Record<import("../wire.js").DeviceCheck["verdict"], Level>} */
const BY_VERDICT = { good: BEST, fair: 2, audio_only: SAVING, chat_only: 0 };

/**
 * What is known of the network before a call, for its first seconds.
 * @param {string | undefined} networkKind what the device says of it, "2g" @param {import("../wire.js").DeviceCheck | null} [check] the applicant's last one
 * @returns {Level}
 */
export function firstLevel(networkKind, check = null) {
  const byKind = networkKind === "slow-2g" || networkKind === "2g" ? SAVING : networkKind === "3g" ? 3 : BEST;
  return least(byKind, check ? byCheck(check) : BEST);
}

/** @param {import("../wire.js").DeviceCheck} check @returns {Level} */
function byCheck({ verdict, camera, microphone, up_kbps, down_kbps }) {
  if (camera === "found" && microphone === "found") return BY_VERDICT[verdict];
  // A missing device spoils the verdict and says nothing of the network.
  const bits = Math.min(up_kbps ?? Infinity, down_kbps ?? Infinity) * 1000;
  return /** @type {Level} */ (LEVELS.filter(({ needsBits }) => needsBits <= bits).length - 1);
}

// @ts-check
import { Recovery } from "./recovery.js";

/**
 * What is tried over a leg whose path is gone. @param {import("./leg_parts.js").LegParts} use
 * @param {import("./leg_parts.js").LegTold} told @param {import("./peer.js").Peer} peer
 */
export function newRecovery(use, { about, polite, next }, peer) {
  return new Recovery({
    timers: use.parts.timers,
    polite,
    ask: () => use.send({ t: "AskRestart", ...about }),
    restart: () => (peer.strayed ? use.left() : peer.restart()),
    renew: () => (peer.strayed ? use.left() : use.renew()),
    stepDown: next && (() => use.stepDown(next)),
    slow: () => use.changed(),
    connected: () => use.connected(),
    interrupted: use.interrupted,
    lost: () => (peer.strayed ? use.left() : use.lost()),
  });
}

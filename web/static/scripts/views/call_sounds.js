// @ts-check
// What a call sounds like to the person at this page: it rings there, somebody came, it is over.

/** @typedef {import("../models/call.js").Call} Call */
/** @typedef {import("./bell.js").Bell} Bell */

/** @param {Call} call @param {Bell} bell */
export function callSounds(call, bell) {
  let rings = false;
  let connected = false;

  /** @param {boolean} wanted */
  const ring = (wanted) => {
    if (wanted === rings) return;
    rings = wanted;
    if (wanted) bell.ring(call.incoming ? "bell" : "waiting");
    else bell.stop();
  };

  return {
    update() {
      // Another tab of the person who rings stays silent.
      ring(call.stage === "ringing" && (call.incoming || call.here));
      const now = call.stage === "connected" && call.here;
      // A call that looks for its path again is no new call.
      if (now && !connected) bell.once("joined");
      else if (connected && (call.stage === "ended" || call.stage === "none")) bell.once("ended");
      connected = now || (connected && call.stage === "reconnecting");
    },
    close() {
      ring(false);
    },
  };
}

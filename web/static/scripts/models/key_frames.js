// @ts-check
import { Alarm } from "./timers.js";

// A restart is through at one of these moments; a picture that is whole costs a few kilobytes.
const AFTER_MS = [0, 300, 800, 1_500];

/** Sends whole pictures after a new path was found: the other side shows nothing until one came. */
export class KeyFrames {
  #alarms;

  /** @param {import("./timers.js").Timers} timers */
  constructor(timers) {
    this.#alarms = AFTER_MS.map(() => new Alarm(timers));
  }

  /** Over this connection, now and in the next second and a half. @param {RTCPeerConnection} pc */
  soon(pc) {
    AFTER_MS.forEach((ms, index) => this.#alarms[index].set(ms, () => pc.getSenders().forEach(sendWhole)));
  }

  stop() {
    for (const alarm of this.#alarms) alarm.clear();
  }
}

/** A browser that knows no such wish leaves its parameters as they are. @param {RTCRtpSender} sender */
function sendWhole(sender) {
  if (sender.track?.kind !== "video") return;
  const parameters = sender.getParameters();
  const wish = { encodingOptions: (parameters.encodings ?? []).map(() => ({ keyFrame: true })) };
  const set = /** @type {(parameters: RTCRtpSendParameters, wish: object) => Promise<void>} */ (sender.setParameters.bind(sender));
  set(parameters, wish).catch(() => {});
}

// @ts-check
// Asking the browser for a microphone or camera (W3C mediacapture-main), and why there is none.

/** @typedef {import("./capture.js").Kind} Kind */
/** @typedef {import("./capture.js").Reason} Reason */

/** @type {Record<Kind, MediaTrackConstraints>} */
const WISHES = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 }, facingMode: "user" },
};

/** @type {Record<string, Reason>} */
const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/**
 * The chosen ones where they are there, else any.
 * @param {import("./call_parts.js").BrowserParts["getUserMedia"]} getUserMedia @param {Kind[]} kinds
 * @param {Partial<Record<Kind, string>>} chosen devices by their id
 */
export async function askFor(getUserMedia, kinds, chosen) {
  /** @param {(kind: Kind) => MediaTrackConstraints | true} wish */
  const ask = (wish) => getUserMedia(Object.fromEntries(kinds.map((kind) => [kind, wish(kind)])));
  return ask((kind) => ({ ...WISHES[kind], ...exactly(chosen[kind]) }))
    .catch(withLess(() => ask((kind) => WISHES[kind])))
    .catch(withLess(() => ask(() => true)));
}

/** Those of one kind, as far as this browser tells. @param {MediaDeviceInfo[]} all @param {MediaDeviceKind} wanted @returns {import("./capture.js").Device[]} */
export function listed(all, wanted) {
  return all.filter(({ kind, deviceId }) => kind === wanted && deviceId !== "").map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/** Why nothing was given. @param {unknown} fault @returns {Reason} */
export function reasonOf(fault) {
  return REASONS[nameOf(fault)] ?? "failed";
}

/** Asked for too much: with less. @param {() => Promise<MediaStream>} less @returns {(fault: unknown) => Promise<MediaStream>} */
function withLess(less) {
  return (fault) => (nameOf(fault) === "OverconstrainedError" ? less() : Promise.reject(fault));
}

/** @param {string | undefined} id @returns {MediaTrackConstraints} */
function exactly(id) {
  return id === undefined ? {} : { deviceId: { exact: id }, facingMode: undefined };
}

/** @param {unknown} fault */
function nameOf(fault) {
  return fault instanceof Error || fault instanceof DOMException ? fault.name : "";
}

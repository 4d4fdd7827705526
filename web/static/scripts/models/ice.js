// @ts-check

/** @typedef {import("../wire.js").CallShown} CallShown */
/** @typedef {"relay" | "audio"} Rung */

/** How a connection is to be made. @param {Pick<CallShown, "ice_servers" | "relay_only">} told @param {RTCCertificate | null} certificate @returns {RTCConfiguration} */
export function configurationOf({ ice_servers = [], relay_only }, certificate) {
  const iceServers = /** @type {RTCIceServer[]} */ (/** @type {unknown} */ (ice_servers));
  return { iceServers, iceTransportPolicy: relay_only ? "relay" : "all", ...(certificate ? { certificates: [certificate] } : {}) };
}

/**
 * What this side is to try when no path is found in time; null: nothing, or the other side leads.
 * @param {Pick<CallShown, "polite" | "rung" | "relay_only" | "connected_at" | "media" | "accepted_media" | "ice_servers">} call
 * @returns {Rung | null}
 */
export function nextRung({ polite, rung = "direct", relay_only, connected_at, media, accepted_media, ice_servers = [] }) {
  if (polite) return null;
  const hasRelay = ice_servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
  if (rung === "direct" && hasRelay && !relay_only) return "relay";
  return rung !== "audio" && !connected_at && (accepted_media ?? media) === "video" ? "audio" : null;
}

// @ts-check

/** @typedef {import("../wire.js").CallShown} CallShown */

/** How a connection is to be made. @param {CallShown} call @param {boolean} relayOnly @param {RTCCertificate | null} certificate @returns {RTCConfiguration} */
export function configurationOf({ ice_servers = [] }, relayOnly, certificate) {
  const iceServers = /** @type {RTCIceServer[]} */ (/** @type {unknown} */ (ice_servers));
  return { iceServers, iceTransportPolicy: relayOnly ? "relay" : "all", ...(certificate ? { certificates: [certificate] } : {}) };
}

/** The office has a relay. @param {CallShown} call */
export function hasRelay({ ice_servers = [] }) {
  return ice_servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
}

// @ts-check
// The configured relays: which of them give an address, and what the browser's own estimator says of a loop through them.
import { pairOf } from "./check_stats.js";
import { pause, send, untilConnected } from "./check_peer.js";

/** @typedef {import("./call_parts.js").BrowserParts} BrowserParts */

const GATHER_MS = 3_000;
const CONNECT_MS = 2_500;
const LOOP_MS = 3_000;
const MOST_BPS = 2_000_000;

/** @param {string} url @returns {"udp" | "tcp" | "tls"} */
function transportOf(url) {
  if (url.startsWith("turns:")) return "tls";
  return /[?&]transport=tcp/.test(url) ? "tcp" : "udp";
}

/** @param {RTCIceServer[]} servers @returns {RTCIceServer[]} one for each address of a relay */
export function relaysOf(servers) {
  return servers.flatMap((server) =>
    [server.urls].flat().filter((url) => /^turns?:/.test(url)).map((url) => ({ ...server, urls: [url] })),
  );
}

/** Transport of a relay -> whether it gave an address. @param {BrowserParts} parts @param {RTCIceServer[]} servers */
export async function tryRelays(parts, servers) {
  /** @type {Record<string, boolean>} */
  const found = {};
  const tried = relaysOf(servers).map(async (server) => {
    const transport = transportOf(/** @type {string[]} */ (server.urls)[0]);
    found[transport] = (await gives(parts, server)) || (found[transport] ?? false);
  });
  await Promise.all(tried);
  return found;
}

/** @param {BrowserParts} parts @param {RTCIceServer} server @returns {Promise<boolean>} */
async function gives({ newConnection, timers }, server) {
  const pc = newConnection({ iceServers: [server], iceTransportPolicy: "relay" });
  try {
    const found = new Promise((resolve) => {
      timers.setTimeout(() => resolve(false), GATHER_MS);
      pc.onicecandidate = ({ candidate }) => {
        if (candidate?.candidate) resolve(true);
        else if (!candidate) resolve(false);
      };
    });
    pc.createDataChannel("relay");
    await pc.setLocalDescription();
    return Boolean(await found);
  } finally {
    pc.onicecandidate = null;
    pc.close();
  }
}

/**
 * What the browser's estimator finds between two connections of this page, both through the relay: the whole way to it and
 * back. Null when the relay lets none through.
 * @param {BrowserParts} parts @param {RTCIceServer[]} servers @param {MediaStream} stream @returns {Promise<number | null>} kbit/s
 */
export async function loop({ newConnection, timers }, servers, stream) {
  const make = () => newConnection({ iceServers: servers, iceTransportPolicy: "relay", bundlePolicy: "max-bundle" });
  const [from, to] = [make(), make()];
  try {
    for (const [one, other] of [[from, to], [to, from]]) {
      one.onicecandidate = ({ candidate }) => void (candidate && other.addIceCandidate(candidate).catch(() => undefined));
    }
    const connected = untilConnected(from, timers, CONNECT_MS);
    for (const track of stream.getVideoTracks()) await send(from, track, stream, MOST_BPS);
    await from.setLocalDescription();
    await to.setRemoteDescription(/** @type {RTCSessionDescription} */ (from.localDescription));
    await to.setLocalDescription();
    await from.setRemoteDescription(/** @type {RTCSessionDescription} */ (to.localDescription));
    if (!(await connected)) return null;
    await pause(timers, LOOP_MS);
    const bps = pairOf(await from.getStats())?.availableOutgoingBitrate;
    return typeof bps === "number" ? Math.round(bps / 1000) : null;
  } finally {
    for (const pc of [from, to]) {
      pc.onicecandidate = pc.onconnectionstatechange = null;
      pc.close();
    }
  }
}

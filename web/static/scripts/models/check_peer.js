// @ts-check
// The connection to the service's peer, which sends back what it gets; measured for a few seconds.
import { wired } from "./candidates.js";
import { bestKbps, pathOf, receivedOf } from "./check_stats.js";

/** @typedef {import("./check_stats.js").Received} Received */
/** @typedef {import("../wire.js").Path} Path */
/** @typedef {import("./candidates.js").Candidate} Candidate */
/**
 * @typedef {{
 *   parts: import("./call_parts.js").BrowserParts,
 *   configuration: RTCConfiguration,
 *   stream: MediaStream,
 *   offer: (sdp: string) => Promise<string>,
 *   candidate: (candidate: Candidate) => void,
 * }} PeerCheckParts `offer`: sends the description, gives the answer
 */
/** @typedef {{ path: Path, rttMs: number | null, packets: number, lost: number, kbps: number }} Measured */

const CONNECT_MS = 4_000;
const SAMPLE_MS = 500;
const SAMPLES = 10;
// The service's peer cannot tell more than this apart.
const MOST_BPS = 900_000;
const UNREACHED = { path: /** @type {Path} */ ("none"), rttMs: null, packets: 0, lost: 0, kbps: 0 };

/** @param {PeerCheckParts} wishes @returns {Promise<Measured>} */
export async function measurePeer({ parts, configuration, stream, offer, candidate }) {
  const pc = parts.newConnection({ ...configuration, bundlePolicy: "max-bundle" });
  try {
    pc.onicecandidate = (found) => {
      if (found.candidate) candidate(wired(found.candidate));
    };
    const connected = untilConnected(pc, parts.timers);
    for (const track of stream.getTracks()) await send(pc, track, stream, MOST_BPS);
    await pc.setLocalDescription();
    await pc.setRemoteDescription({ type: "answer", sdp: await offer(pc.localDescription?.sdp ?? "") });
    if (!(await connected)) return UNREACHED;
    return await measured(pc, parts.timers);
  } finally {
    pc.onicecandidate = pc.onconnectionstatechange = null;
    pc.close();
  }
}

/** @param {RTCPeerConnection} pc @param {MediaStreamTrack} track @param {MediaStream} stream @param {number} mostBps */
export async function send(pc, track, stream, mostBps) {
  const { sender } = pc.addTransceiver(track, { streams: [stream], direction: "sendrecv" });
  if (track.kind !== "video") return;
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings ?? []) encoding.maxBitrate = mostBps;
  await sender.setParameters(parameters).catch(() => undefined);
}

/** @param {RTCPeerConnection} pc @param {import("./timers.js").Timers} timers @param {number} [ms] @returns {Promise<boolean>} */
export function untilConnected(pc, timers, ms = CONNECT_MS) {
  return new Promise((resolve) => {
    const late = timers.setTimeout(() => resolve(false), ms);
    pc.onconnectionstatechange = () => {
      if (pc.connectionState !== "connected" && pc.connectionState !== "failed") return;
      timers.clearTimeout(late);
      resolve(pc.connectionState === "connected");
    };
  });
}

/** @param {import("./timers.js").Timers} timers @param {number} ms @returns {Promise<void>} */
export function pause(timers, ms) {
  return new Promise((resolve) => void timers.setTimeout(resolve, ms));
}

/** @param {RTCPeerConnection} pc @param {import("./timers.js").Timers} timers @returns {Promise<Measured>} */
async function measured(pc, timers) {
  /** @type {Received[]} */
  const samples = [];
  let stats = await pc.getStats();
  for (let i = 0; i < SAMPLES; i++) {
    await pause(timers, SAMPLE_MS);
    stats = await pc.getStats();
    samples.push(receivedOf(stats, timers.now()));
  }
  const { packets, lost } = /** @type {Received} */ (samples.at(-1));
  return { ...pathOf(stats), packets, lost, kbps: bestKbps(samples) };
}

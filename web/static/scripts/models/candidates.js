// @ts-check
import { hasUfrag } from "./description.js";

/** @typedef {{ candidate: string, mid?: string | null, line?: number | null, ufrag?: string | null }} Candidate */

const HELD = 128;

/** Network paths of the other side. Those that come before their description are held until it is there. */
export class Candidates {
  /** @type {Candidate[]} */
  #held = [];

  /** @param {RTCPeerConnection} pc @param {Candidate} candidate */
  async add(pc, candidate) {
    if (fits(pc, candidate)) await put(pc, candidate);
    else this.#held = [...this.#held, candidate].slice(-HELD);
  }

  /** A description was applied. @param {RTCPeerConnection} pc */
  async flush(pc) {
    const fitting = this.#held.filter((candidate) => fits(pc, candidate));
    this.#held = this.#held.filter((candidate) => !fitting.includes(candidate));
    for (const candidate of fitting) await put(pc, candidate);
  }
}

/** @param {RTCPeerConnection} pc @param {Candidate} candidate */
function fits(pc, { ufrag }) {
  const sdp = pc.remoteDescription?.sdp;
  return sdp !== undefined && (!ufrag || hasUfrag(sdp, ufrag));
}

/** @param {RTCPeerConnection} pc @param {Candidate} candidate */
async function put(pc, { candidate, mid, line, ufrag }) {
  try {
    await pc.addIceCandidate({
      candidate,
      sdpMid: mid ?? null,
      sdpMLineIndex: line ?? (mid ? null : 0),
      usernameFragment: ufrag ?? null,
    });
  } catch {
    // One path fewer; the others may still do.
  }
}

/** @param {RTCIceCandidate} candidate @returns {Candidate} */
export function wired({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) {
  return { candidate, mid: sdpMid, line: sdpMLineIndex, ufrag: usernameFragment };
}

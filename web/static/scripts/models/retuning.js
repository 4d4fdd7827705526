// @ts-check
import { ufragOf } from "./description.js";

// How this side sends its voice stands in the other side's description (sound_lines.js). So it is changed without a word to the
// other side: an offer that stays here is answered with what the other side said last. On a choked line that is the whole point,
// where a description of several kilobytes would take seconds and push the voice aside.

/**
 * @param {RTCPeerConnection} pc stable, and agreed with the other side at least once @param {(sdp: string) => string} into writes the wish into their description
 * @returns {Promise<boolean>} false: our browser offers more than that, such as another path; the offer stands and must be sent
 */
export async function retuned(pc, into) {
  const ours = pc.localDescription?.sdp ?? "";
  const theirs = pc.remoteDescription?.sdp ?? "";
  await pc.setLocalDescription();
  if (ufragOf(pc.localDescription?.sdp ?? "") !== ufragOf(ours)) return false;
  try {
    await pc.setRemoteDescription({ type: "answer", sdp: into(asAnswer(theirs, ours)) });
    return true;
  } catch {
    return false;
  }
}

/** Their last words, with the part in DTLS that was agreed (RFC 8842). @param {string} theirs @param {string} ours */
function asAnswer(theirs, ours) {
  const part = /^a=setup:passive\s*$/m.test(ours) ? "active" : "passive";
  return theirs.replace(/^a=setup:actpass/gm, `a=setup:${part}`);
}

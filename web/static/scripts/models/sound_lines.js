// @ts-check
// How this side is to send its voice stands in the other side's description (RFC 8866 ptime, RFC 7587 useinbandfec).
// So a page writes its own wish into what it hands to its browser; the other side need not know. Packets go in pauses too, so that
// a hole is told from a silence. Lost ones are asked for again (RFC 4585 generic NACK), which browsers offer for pictures alone.

/** @typedef {{ packetMs: 20 | 60 }} SoundWish */

/** @param {string} sdp the other side's @param {SoundWish} wish */
export function withSound(sdp, { packetMs }) {
  const sections = sdp.split(/\r\n(?=m=)/);
  const changed = sections.map((section) => (section.startsWith("m=audio ") ? tuned(section, packetMs) : section));
  return changed.join("\r\n");
}

/** @param {string} section @param {number} packetMs */
function tuned(section, packetMs) {
  const ending = section.endsWith("\r\n") ? "\r\n" : "";
  const opus = /^a=rtpmap:(\d+) opus\//im.exec(section)?.[1];
  const again = `a=rtcp-fb:${opus} nack`;
  const lines = section.split("\r\n").filter((line) => line !== "" && line !== again && !/^a=(max)?ptime:/.test(line));
  const at = lines.findIndex((line) => line.startsWith(`a=fmtp:${opus} `));
  const known = at < 0 ? [] : lines[at].slice(`a=fmtp:${opus} `.length).split(";");
  const kept = known.filter((value) => !/^\s*(usedtx|useinbandfec)=/.test(value));
  const fmtp = `a=fmtp:${opus} ${[...kept, "useinbandfec=1", "usedtx=0"].join(";")}`;
  if (opus && at >= 0) lines[at] = fmtp;
  else if (opus) lines.push(fmtp);
  if (opus) lines.push(again);
  lines.push(`a=ptime:${packetMs}`);
  return lines.join("\r\n") + ending;
}

/** One connection's descriptions and the wish that stands in the latest of them. */
export class SoundInto {
  #wish;
  #stands = "";

  /** @param {() => SoundWish} wish */
  constructor(wish) {
    this.#wish = wish;
  }

  get isNew() {
    return JSON.stringify(this.#wish()) !== this.#stands;
  }

  /** @param {string} sdp the other side's */
  into(sdp) {
    this.#stands = JSON.stringify(this.#wish());
    return withSound(sdp, this.#wish());
  }
}

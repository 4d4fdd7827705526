import { withoutStrays } from "/scripts/models/description.js";
import { equal, ok } from "./support/assert.js";

/** Whether this browser takes it as an offer. */
async function takes(sdp) {
  const pc = new RTCPeerConnection();
  const taken = pc.setRemoteDescription({ type: "offer", sdp });
  return taken.then(() => true, () => false).finally(() => pc.close());
}

export async function test_feedback_on_codecs_that_were_given_up_is_taken_out_of_an_offer() {
  const pc = new RTCPeerConnection();
  for (const kind of ["audio", "video"]) pc.addTransceiver(kind);
  const { sdp } = await pc.createOffer();
  pc.close();
  const video = sdp.split("\r\nm=video ")[1].split("\r\n")[0].split(" ").slice(2);
  const free = [...Array(96).keys()].map((at) => String(at + 32)).find((codec) => !video.includes(codec));
  // As Firefox 153 leaves it behind `setCodecPreferences`.
  const strayed = `${sdp}a=rtcp-fb:${free} nack\r\na=rtcp-fb:${free} nack pli\r\n`;
  ok(!(await takes(strayed)), "then it would not be needed");
  equal(withoutStrays(strayed), sdp, "and nothing else is");
  ok(await takes(withoutStrays(strayed)));
  equal(withoutStrays(sdp), sdp);
}

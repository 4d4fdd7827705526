import { shortCode } from "/scripts/models/short_code.js";
import { equal, ok } from "./support/assert.js";

const CERTIFICATE = { name: "ECDSA", namedCurve: "P-256" };

/** Two browsers' sides that have agreed, as each has it. */
async function agreed() {
  const sides = [];
  for (let n = 0; n < 2; n += 1) {
    const pc = new RTCPeerConnection({ certificates: [await RTCPeerConnection.generateCertificate(CERTIFICATE)] });
    sides.push(pc);
  }
  const [one, other] = sides;
  one.addTransceiver("audio");
  await one.setLocalDescription();
  await other.setRemoteDescription(one.localDescription);
  await other.setLocalDescription();
  await one.setRemoteDescription(other.localDescription);
  const found = sides.map((pc) => [pc.currentLocalDescription.sdp, pc.currentRemoteDescription.sdp]);
  for (const pc of sides) pc.close();
  return found;
}

export async function test_both_pages_have_the_same_digits() {
  const [one, other] = await agreed();
  const code = await shortCode(...one);
  ok(/^\d\d \d\d \d\d \d\d$/.test(code), code);
  equal(await shortCode(...other), code);
}

export async function test_somebody_between_them_makes_the_digits_differ() {
  const [one] = await agreed();
  const [, stranger] = await agreed();
  ok((await shortCode(one[0], stranger[0])) !== (await shortCode(one[1], stranger[1])), "the same digits");
}

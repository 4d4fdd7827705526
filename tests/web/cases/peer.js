import { Peer } from "/scripts/models/peer.js";
import { equal, ok, until } from "./support/assert.js";
import { Time } from "./support/time.js";

const newCertificate = () => RTCPeerConnection.generateCertificate({ name: "ECDSA", namedCurve: "P-256" });

/** One side in one generation. What it says reaches `other()`; `said` keeps the fingerprints of its descriptions. */
function side(certificate, polite, other) {
  const it = { said: [], renewed: 0 };
  it.peer = new Peer({
    timers: new Time(),
    newConnection: (configuration) => new RTCPeerConnection(configuration),
    newId: () => crypto.randomUUID().replaceAll("-", ""),
    configuration: certificate ? { certificates: [certificate] } : {},
    polite,
    track: () => null,
    sendDescription: (kind, sdp) => {
      it.said.push(/^a=fingerprint:(.+?)\s*$/m.exec(sdp)[1]);
      queueMicrotask(() => other()?.peer.describe(kind, sdp));
    },
    sendCandidate: (candidate) => queueMicrotask(() => other()?.peer.candidate(candidate)),
    changed: () => {},
    received: () => {},
    sound: () => ({ packetMs: 20 }),
    renew: () => (it.renewed += 1),
  });
  return it;
}

/** Two sides that are connected; then the officer's connection is another one, as after an answer that could not be taken. */
async function rebuilt(applicantsCertificate) {
  const certificate = await newCertificate();
  const sides = {};
  const applicant = side(applicantsCertificate, true, () => sides.officer);
  sides.officer = side(certificate, false, () => applicant);
  sides.officer.peer.offer();
  await until(() => applicant.peer.state === "connected", "the two are connected");
  const before = sides.officer;
  before.peer.close();
  sides.officer = side(certificate, false, () => applicant);
  sides.officer.peer.offer();
  const close = () => [applicant, sides.officer].forEach(({ peer }) => peer.close());
  return { applicant, officer: sides.officer, close };
}

export async function test_a_connection_is_rebuilt_with_the_pages_own_certificate() {
  const { applicant, officer, close } = await rebuilt(await newCertificate());
  await until(() => officer.peer.state === "connected", "the two are connected again");
  equal([new Set(applicant.said).size, applicant.renewed], [1, 0]);
  close();
}

export async function test_without_a_certificate_of_its_own_a_page_asks_for_another_generation() {
  const { applicant, close } = await rebuilt(null);
  await until(() => applicant.renewed > 0, "another generation is asked for");
  ok(new Set(applicant.said).size === 1, "the service would take another certificate for somebody in between");
  equal(applicant.renewed, 1, "once");
  close();
}

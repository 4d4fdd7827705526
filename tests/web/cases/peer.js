import { ufragOf } from "/scripts/models/description.js";
import { Peer } from "/scripts/models/peer.js";
import { equal, ok, until } from "./support/assert.js";
import { Time } from "./support/time.js";

/** The other side's end of the path that it agreed on. */
const pathOf = ({ peer }) => ufragOf(peer.agreed[1]);
const writer = (sdp) => /^a=x-consult:(\S+)/m.exec(sdp)[1];
const newCertificate = () => RTCPeerConnection.generateCertificate({ name: "ECDSA", namedCurve: "P-256" });

/** One side in one generation. What it says reaches `other()` unless its line is cut; `said` keeps the fingerprints of its descriptions. */
function side(certificate, polite, other) {
  const it = { said: [], offers: [], answers: [], renewed: 0, isCut: false };
  it.peer = new Peer({
    timers: new Time(),
    newConnection: (configuration) => new RTCPeerConnection(configuration),
    newId: () => crypto.randomUUID().replaceAll("-", ""),
    configuration: certificate ? { certificates: [certificate] } : {},
    polite,
    track: () => null,
    sendDescription: (kind, sdp) => {
      it.said.push(/^a=fingerprint:(.+?)\s*$/m.exec(sdp)[1]);
      (kind === "offer" ? it.offers : it.answers).push(sdp);
      if (!it.isCut) queueMicrotask(() => other()?.peer.describe(kind, sdp));
    },
    sendCandidate: (candidate) => it.isCut || queueMicrotask(() => other()?.peer.candidate(candidate)),
    changed: () => {},
    received: () => {},
    sound: () => ({ packetMs: 20 }),
    renew: () => (it.renewed += 1),
  });
  return it;
}

/** Two sides that are connected, and their lines to the service cut. */
async function cut() {
  const sides = {};
  sides.applicant = side(await newCertificate(), true, () => sides.officer);
  sides.officer = side(await newCertificate(), false, () => sides.applicant);
  const both = Object.values(sides);
  sides.officer.peer.offer();
  await until(() => both.every(({ peer }) => peer.state === "connected"), "the two are connected");
  both.forEach((it) => (it.isCut = true));
  const mend = () => both.forEach((it) => (it.isCut = false));
  return { ...sides, mend, close: () => both.forEach(({ peer }) => peer.close()) };
}

/** The side looks for another path. @returns its offer */
async function restarted(it) {
  const before = it.offers.length;
  it.peer.restart();
  await until(() => it.offers.length > before, "it offers");
  return it.offers.at(-1);
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

export async function test_an_offer_that_comes_twice_and_crosses_another_is_no_sign_of_another_tab() {
  const { applicant, officer, mend, close } = await cut();
  const offer = await restarted(officer);
  await restarted(applicant);
  mend();
  applicant.peer.describe("offer", offer);
  applicant.peer.describe("offer", offer);
  // The applicant's connection is another one now, which the officer answers with another one too.
  await until(() => officer.peer.bound && new Set(officer.offers.map(writer)).size === 2, "both have another connection");
  await until(() => [applicant, officer].every(({ peer }) => peer.state === "connected"), "the two are connected again");
  ok(!applicant.peer.strayed, "the offer was for this page, some connections ago");
  applicant.peer.describe("offer", offer.replace(/^(a=x-consult:\S+) .*$/m, "$1 another-page\r"));
  await until(() => applicant.peer.strayed, "an offer for a page that this one never was");
  close();
}

/** What the side answers to these offers, in order. */
async function answersTo(it, ...offers) {
  const before = it.answers.length;
  offers.forEach((offer) => it.peer.describe("offer", offer));
  await until(() => it.answers.length === before + offers.length, "it answers each");
  return it.answers.slice(before);
}

export async function test_a_late_answer_is_not_taken_for_one_to_the_offer_that_is_open() {
  const { applicant, officer, close } = await cut();
  const offer = await restarted(officer);
  const [first, late] = await answersTo(applicant, offer, offer);
  officer.peer.describe("answer", first);
  await until(() => pathOf(officer) === ufragOf(first), "the officer takes the first answer");
  const open = await restarted(officer);
  officer.peer.describe("answer", late);
  const [due] = await answersTo(applicant, open);
  ok(ufragOf(due) !== ufragOf(late), "the path is another one");
  officer.peer.describe("answer", due);
  await until(() => pathOf(officer) === ufragOf(due), "the officer takes the answer to the open offer");
  close();
}

export async function test_an_answer_that_does_not_say_what_it_answers_is_taken_as_one_of_an_older_page() {
  const { applicant, officer, close } = await cut();
  const [answer] = await answersTo(applicant, await restarted(officer));
  const older = answer.replace(/^a=x-consult-answers:.*\r\n/m, "");
  ok(older !== answer, "it does say so");
  officer.peer.describe("answer", older);
  await until(() => pathOf(officer) === ufragOf(answer), "the officer takes it");
  close();
}

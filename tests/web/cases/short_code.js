import { ShortCode } from "/scripts/models/short_code.js";
import { equal, ok, until } from "./support/assert.js";
import { Time, settle } from "./support/time.js";

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

/** Each side's words reach the other as the line between them lets them. */
function talk([one, other], { time = new Time(), between = (step) => [step] } = {}) {
  const said = [];
  const make = (commits, mine, about = { call: "c", generation: 1 }) => {
    const side = new ShortCode({
      timers: time,
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      commits,
      about,
      send: (step) => {
        said.push(step.step);
        for (const passed of between(step, commits)) queueMicrotask(() => (commits ? polite : officer).take(passed));
      },
      changed: () => {},
    });
    side.start = () => side.begin(...mine);
    return side;
  };
  const officer = make(true, one);
  const polite = make(false, other);
  return { officer, polite, said, time };
}

const started = (two) => [two.officer, two.polite].forEach((side) => side.start());

export async function test_both_pages_have_the_same_digits_after_three_words() {
  const two = talk(await agreed());
  started(two);
  await until(() => two.polite.digits && two.officer.digits);
  ok(/^\d\d \d\d \d\d \d\d$/.test(two.officer.digits), two.officer.digits);
  equal([two.polite.digits, two.said], [two.officer.digits, ["commitment", "nonce", "opening"]]);
}

export async function test_digits_are_of_one_call_and_differ_in_the_next() {
  const sides = await agreed();
  const digits = [];
  for (let call = 0; call < 2; call += 1) {
    const two = talk(sides);
    started(two);
    await until(() => two.polite.digits);
    digits.push(two.polite.digits);
  }
  ok(digits[0] !== digits[1], "the same digits twice");
}

export async function test_what_comes_before_this_side_has_agreed_waits() {
  const two = talk(await agreed());
  two.officer.start();
  await until(() => two.said.length === 1);
  await settle();
  equal(two.said, ["commitment"]);
  two.polite.start();
  await until(() => two.polite.digits && two.polite.digits === two.officer.digits);
}

export async function test_a_word_that_is_lost_is_said_again() {
  for (const lost of ["commitment", "nonce", "opening"]) {
    let left = 1;
    const two = talk(await agreed(), { between: (step) => (step.step === lost && left-- > 0 ? [] : [step]) });
    started(two);
    await until(() => two.said.includes(lost));
    await two.time.pass(4_000);
    await until(() => two.polite.digits, lost);
    equal(two.polite.digits, two.officer.digits, lost);
  }
}

export async function test_somebody_between_them_makes_the_digits_differ() {
  // Two honest exchanges, one with each side, which is all that is left to whoever stands between.
  const [[stranger]] = await agreed();
  const [[one], [other]] = await agreed();
  const left = talk([[one, stranger], [stranger, one]]);
  const right = talk([[stranger, other], [other, stranger]]);
  started(left);
  started(right);
  await until(() => left.officer.digits && right.polite.digits);
  ok(left.officer.digits !== right.polite.digits, "the same digits");
}

export async function test_an_opening_that_was_not_committed_to_is_a_warning_and_shows_no_digits() {
  const forged = "0a".repeat(32);
  const two = talk(await agreed(), { between: (step) => [step.step === "opening" ? { ...step, value: forged } : step] });
  started(two);
  await until(() => two.polite.isWrong);
  equal(two.polite.digits, "");
}

export async function test_a_certificate_that_was_not_committed_to_is_a_warning() {
  const [one, other] = await agreed();
  const [stranger] = await agreed();
  const two = talk([one, [other[0], stranger[0]]]);
  started(two);
  await until(() => two.polite.isWrong);
}

export async function test_whoever_says_something_else_than_before_is_not_believed() {
  const another = "0b".repeat(32);
  for (const twice of ["commitment", "nonce", "opening"]) {
    const two = talk(await agreed(), { between: (step) => (step.step === twice ? [step, { ...step, value: another }] : [step]) });
    const side = twice === "nonce" ? two.officer : two.polite;
    started(two);
    await until(() => side.isWrong);
    equal(side.digits, "", twice);
  }
}

export async function test_an_opening_before_the_commitment_says_nothing() {
  const two = talk(await agreed(), { between: () => [] });
  two.polite.start();
  two.polite.take({ step: "opening", value: "0c".repeat(32) });
  await settle();
  equal([two.polite.digits, two.polite.isWrong, two.said], ["", false, []]);
}

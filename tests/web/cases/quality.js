import { firstLevel } from "/scripts/models/first_level.js";
import { BEST, LEVELS, RECEIVING, SENDING, TRY_SECONDS, held, ladderAt, next, pictureAt, rested, settling, tryPart } from "/scripts/models/quality.js";
import { figuresOf, noSums } from "/scripts/models/figures.js";
import { QualityWatch } from "/scripts/models/quality_watch.js";
import { StepReports } from "/scripts/models/step_reports.js";
import { equal, ok } from "./support/assert.js";
import { Time, settle } from "./support/time.js";

const CALM = { seconds: 1, pathBits: 2_000_000, sentBits: null, videoBits: null, lost: 0, delayMs: 5, concealed: 0 };

/** The ladder after so many seconds of the same. */
function after(seconds, ladder, changed = {}, signs = SENDING) {
  for (let second = 0; second < seconds; second += 1) ladder = next(ladder, { ...CALM, ...changed }, signs);
  return ladder;
}

const thin = (pathBits) => ({ pathBits, videoBits: Math.max(30_000, pathBits - 40_000) });

export async function test_a_weak_moment_changes_nothing_and_five_seconds_do() {
  const four = after(4, ladderAt(), thin(400_000));
  equal(four.level, BEST);
  equal(after(1, four).badSeconds, 0, "a good second between");
  equal(after(1, four, thin(400_000)).level, 3);
}

export async function test_the_more_it_is_too_much_the_sooner_it_is_less() {
  equal([1, 2].map((seconds) => after(seconds, ladderAt(), thin(90_000)).level), [BEST, 1]);
  equal([2, 3].map((seconds) => after(seconds, ladderAt(), thin(270_000)).level), [BEST, 2]);
}

export async function test_a_thin_path_leads_at_once_to_what_it_carries() {
  for (const [pathBits, level] of [[400_000, 3], [270_000, 2], [150_000, 1], [85_000, 1], [20_000, 1]]) {
    equal(after(5, ladderAt(), thin(pathBits)).level, level, `${pathBits} bit/s`);
  }
}

export async function test_a_path_that_loses_some_packets_everywhere_is_not_thin_for_the_voice() {
  const lossy = { ...thin(90_000), lost: 0.1 };
  equal([after(20, ladderAt(), lossy).level, after(20, ladderAt(2), lossy).level], [2, 2]);
  equal(after(20, ladderAt(), { ...lossy, delayMs: 200 }).level, 1, "a queue");
  equal(after(20, ladderAt(), { ...thin(45_000), lost: 0.1 }).level, 2, "a browser thinks so little of it at first");
  equal(after(20, ladderAt(), { ...lossy, lost: 0.6 }).level, 1, "a full queue, which no answer has come through yet");
}

export async function test_a_path_that_gives_the_picture_all_it_may_have_is_not_thin() {
  // Nothing more was sent, so nothing more is known of it.
  const level = 1;
  equal(after(10, ladderAt(level), { pathBits: 30_000, videoBits: LEVELS[level].videoBits }).level, level);
}

export async function test_up_is_one_step_after_twenty_good_seconds() {
  equal(after(19, ladderAt(1)).level, 1);
  equal(after(20, ladderAt(1)).level, 2);
  equal(after(60, ladderAt(1)).level, BEST);
  equal(after(100, ladderAt(0)).level, BEST);
}

export async function test_a_bad_second_begins_the_twenty_anew() {
  const nearly = after(19, ladderAt(1));
  const spoilt = after(1, nearly, { delayMs: 900 });
  equal(after(19, spoilt).level, 1);
  equal(after(20, spoilt).level, 2);
}

export async function test_a_step_up_that_was_too_much_is_tried_ever_more_seldom() {
  let ladder = after(20, ladderAt(1));
  equal(ladder.level, 2);
  ladder = after(5, ladder, thin(90_000));
  equal([ladder.level, ladder.patienceSeconds], [1, 40]);
  equal(after(39, ladder).level, 1);
  ladder = after(5, after(40, ladder), thin(90_000));
  equal([ladder.level, ladder.patienceSeconds], [1, 80]);
}

export async function test_the_picture_is_given_up_only_where_the_small_one_does_not_fit_either() {
  equal(after(5, ladderAt(1), { pathBits: 30_000, videoBits: 0 }).level, 0, "the browser has paused it");
  equal(after(60, ladderAt(1), { delayMs: 260 }).level, 1, "the small one may wait in a short queue, and is not tried larger");
  equal(after(3, ladderAt(1), { delayMs: 270, lost: 0.3 }).level, 0, "the queue is full");
  equal([2, 3].map((seconds) => after(seconds, ladderAt(1), { delayMs: 300 }).level), [1, 0], "the voice waits in it too");
}

export async function test_a_voice_alone_shows_nothing_of_the_path_so_the_smallest_picture_is_tried_soon() {
  const given_up = after(3, ladderAt(1), { delayMs: 300 });
  equal([given_up.level, after(9, given_up).level], [0, 0]);
  const tried = after(10, given_up);
  equal([tried.level, tried.patienceSeconds], [1, 20]);
  const again = after(1, tried, { delayMs: 200 });
  equal([again.level, again.patienceSeconds], [0, 40], "and ever more seldom");
}

export async function test_a_step_up_that_stands_makes_up_for_those_that_did_not() {
  const patient = { ...ladderAt(1), patienceSeconds: 320 };
  const up = after(320, patient);
  equal(up.level, 2);
  equal([after(19, up).patienceSeconds, after(20, up).patienceSeconds], [320, 20]);
  equal([after(26, up).level, after(27, up).level], [2, 3], "with a whole try before the next one");
}

export async function test_what_is_asked_for_is_not_judged_by_what_this_side_can_send() {
  const mine = { pathBits: 60_000, sentBits: 55_000 };
  equal([after(20, ladderAt(2), mine, RECEIVING).level, after(60, ladderAt(2), mine).level], [3, 2]);
}

export async function test_an_old_report_of_loss_takes_no_small_picture() {
  const old = { delayMs: 270, lost: 0.4, lostNow: null };
  equal(after(20, ladderAt(1), old).level, 1);
  equal(after(3, ladderAt(1), { ...old, lostNow: 0.4 }).level, 0);
}

export async function test_what_is_left_of_the_large_picture_in_the_line_does_not_take_the_small_one_too() {
  const full = { delayMs: 600, lost: 0.4, pathBits: 32_000, videoBits: 30_000 };
  let ladder = after(2, ladderAt(), full);
  equal(ladder.level, 1);
  ladder = after(7, ladder, full);
  equal(ladder.level, 1, "five seconds to settle, and then three bad ones");
  equal(after(1, ladder, full).level, 0);
}

export async function test_where_most_is_lost_only_the_smallest_picture_may_fit() {
  equal([1, 2].map((seconds) => after(seconds, ladderAt(), { lost: 0.5 }).level), [BEST, 1]);
  equal(after(60, ladderAt(1), { lost: 0.5 }).level, 1);
}

export async function test_a_picture_that_has_just_come_and_makes_the_voice_wait_goes_at_once() {
  const tried = (level, delayMs, seconds) => {
    let ladder = after(20, ladderAt(level));
    equal(ladder.level, level + 1);
    return after(seconds, ladder, { delayMs });
  };
  const [smallest, larger] = [tried(0, 200, 1), tried(2, 200, 2)];
  equal([smallest.level, smallest.patienceSeconds], [0, 40]);
  equal([tried(2, 200, 1).level, larger.level, larger.patienceSeconds], [3, 2, 40], "a moment may be the first picture's own");
  equal([tried(0, 140, 8).level, after(8, tried(2, 0, 9), { delayMs: 200 }).level], [1, 3], "a short wait, and one that came later");
}

export async function test_a_step_up_is_tried_with_more_of_the_same_picture_first() {
  const trying = after(12 + TRY_SECONDS / 2, ladderAt(1));
  equal([tryPart(after(12, ladderAt(1))), tryPart(trying)], [0, 0.5]);
  equal(pictureAt(1, 0.5), { width: LEVELS[1].width, framesPerSecond: LEVELS[2].framesPerSecond, videoBits: 80_000 });
  equal(pictureAt(1, 0), { width: LEVELS[1].width, framesPerSecond: LEVELS[1].framesPerSecond, videoBits: LEVELS[1].videoBits });
  equal(tryPart(ladderAt(BEST)), 0, "there is nothing above");
}

export async function test_a_try_that_finds_the_end_of_the_path_is_given_up_at_once_and_made_more_seldom() {
  const trying = after(15, ladderAt(1), { pathBits: 110_000, sentBits: 63_000 });
  ok(tryPart(trying) > 0);
  for (const end of [{ pathBits: 80_000, sentBits: 95_000 }, { delayMs: 200 }]) {
    const failed = after(1, trying, end);
    equal([failed.level, failed.patienceSeconds, tryPart(failed)], [1, 40, 0]);
    equal(tryPart(after(32, failed)), 0);
    ok(tryPart(after(33, failed)) > 0);
  }
}

export async function test_a_step_up_is_made_where_the_try_has_shown_that_it_fits() {
  // What the path is thought to carry grows with what is sent over it, as browsers do it.
  const found = (level, end) => {
    let ladder = ladderAt(level);
    for (let second = 0; second < 20; second += 1) {
      const sentBits = Math.min(end, pictureAt(level, tryPart(ladder)).videoBits + 40_000);
      ladder = next(ladder, { ...CALM, pathBits: sentBits < end ? 1.5 * sentBits : 0.85 * end, sentBits }, SENDING);
    }
    return ladder.level;
  };
  for (const [level, too_little, enough] of [[1, 120_000, 300_000], [2, 310_000, 500_000], [3, 480_000, 700_000]]) {
    equal([found(level, too_little), found(level, enough)], [level, level + 1], `level ${level}`);
  }
}

export async function test_a_picture_that_has_no_use_for_more_shows_nothing_and_is_tried_larger() {
  equal(after(20, ladderAt(1), { pathBits: 110_000, sentBits: 60_000 }).level, 2);
  equal(after(20, ladderAt(1), { pathBits: 110_000, sentBits: 95_000 }).level, 1);
}

export async function test_no_try_is_made_of_what_may_not_be_sent() {
  let ladder = ladderAt(1);
  for (let second = 0; second < 60; second += 1) ladder = next(held(ladder), CALM, SENDING);
  equal([ladder.level, tryPart(held(ladder))], [1, 0]);
}

export async function test_queues_lead_down_to_the_small_picture_and_loss_only_to_level_two() {
  equal(after(20, ladderAt(), { delayMs: 400 }).level, 1);
  equal(after(60, ladderAt(), { lost: 0.2 }).level, 2);
  equal(after(60, ladderAt(), { lost: 0.1 }).level, BEST, "ten per cent is what the voice bears");
}

export async function test_holes_in_what_is_heard_ask_the_other_side_for_less() {
  const choked = { concealed: 0.08, delayMs: 300 };
  equal([4, 5].map((seconds) => after(seconds, ladderAt(), choked, RECEIVING).level), [BEST, 3]);
  equal(after(5, ladderAt(), { ...choked, levelHere: 2 }, RECEIVING).level, 1, "than it sends, not than it might");
  equal(after(5, ladderAt(), { ...choked, concealed: 0.3 }, RECEIVING).level, 1, "far less, where a good part is missing");
  equal(after(3, ladderAt(), { ...choked, levelHere: 1 }, RECEIVING).level, 0);
  equal(after(3, settling(ladderAt()), { ...choked, levelHere: 1 }, RECEIVING).level, BEST, "it has sent that little only just now");
  equal(after(8, settling(ladderAt()), { ...choked, levelHere: 1 }, RECEIVING).level, 0);
  equal(after(30, ladderAt(), { concealed: 0.08 }, SENDING).level, BEST, "what arrives says nothing of what leaves");
}

export async function test_holes_of_a_path_that_loses_packets_everywhere_are_not_made_longer() {
  equal(after(60, ladderAt(), { concealed: 0.08 }, RECEIVING).level, 2);
  equal(after(60, ladderAt(), { concealed: 0.3, levelHere: 2 }, RECEIVING).level, BEST);
  equal(after(60, ladderAt(), { concealed: 0.08, delayMs: null }, RECEIVING).level, 0, "nobody knows that there is no queue");
}

export async function test_who_understands_hardly_a_word_and_gets_no_report_sends_little() {
  const choked = { concealed: 0.6, lostNow: null };
  equal([1, 2].map((seconds) => after(seconds, ladderAt(), choked).level), [BEST, 1]);
  equal(after(60, ladderAt(1), choked).level, 1, "and no less: it may be the other side's picture alone");
  equal(after(60, ladderAt(), { ...choked, lostNow: 0 }).level, BEST, "what is sent here arrives");
  equal(after(60, ladderAt(), { ...choked, concealed: 0.4 }).level, BEST);
  equal(after(60, ladderAt(), { ...choked, lost: null }).level, BEST, "there has been no report ever");
}

export async function test_where_the_browser_says_little_nothing_is_made_up() {
  const dumb = { pathBits: null, sentBits: null, videoBits: null, lost: null, delayMs: null, concealed: null };
  equal(after(60, ladderAt(), dumb).level, BEST);
  equal(after(60, ladderAt(), dumb, RECEIVING).level, BEST);
}

export async function test_the_network_a_device_names_gives_the_first_level() {
  equal(["slow-2g", "2g", "3g", "4g", undefined].map((kind) => firstLevel(kind)), [1, 1, 3, 4, 4]);
}

export async function test_the_verdict_of_the_device_check_gives_the_first_level() {
  const found = { camera: "found", microphone: "found", up_kbps: 5_000, down_kbps: 5_000 };
  const first = (check) => firstLevel(undefined, { ...found, ...check });
  equal(["good", "fair", "audio_only", "chat_only"].map((verdict) => first({ verdict })), [4, 2, 1, 0]);
  equal(firstLevel("2g", { ...found, verdict: "good" }), 1, "the lower of both");
  const without = { verdict: "chat_only", microphone: "denied" };
  equal([first(without), first({ ...without, up_kbps: 100 }), first({ ...without, up_kbps: null, down_kbps: 220 })], [4, 1, 2]);
}

export async function test_levels_grow_and_thin_ones_have_long_packets() {
  for (const name of ["width", "framesPerSecond", "videoBits", "needsBits", "climbBits"]) {
    const row = LEVELS.map((level) => level[name]);
    equal([...row].sort((a, b) => a - b), row, name);
  }
  equal(LEVELS.map(({ packetMs }) => packetMs), [60, 60, 20, 20, 20]);
}

const rows = ({ bytes = 0, received = bytes, concealed = 0, silent = 0, samples = 0, path = 500_000, lost = 0.02, delay = 0, answers = null, pair = "P" } = {}) => new Map(
  [
    { id: "T", type: "transport", selectedCandidatePairId: pair },
    { id: pair, type: "candidate-pair", availableOutgoingBitrate: path, currentRoundTripTime: 0.08 + delay, responsesReceived: answers, bytesSent: bytes, bytesReceived: received },
    { id: "X", type: "candidate-pair", bytesSent: 9_999, bytesReceived: 9_999 },
    { id: "V", type: "outbound-rtp", kind: "video", targetBitrate: 300_000 },
    { id: "A", type: "inbound-rtp", kind: "audio", concealedSamples: concealed, silentConcealedSamples: silent, totalSamplesReceived: samples },
    { id: "R", type: "remote-inbound-rtp", kind: "audio", fractionLost: lost },
    { id: "S", type: "remote-inbound-rtp", kind: "video", fractionLost: 0 },
  ].map((row) => [row.id, row]),
);

export async function test_figures_are_what_grew_since_the_last_ones() {
  const { sums } = figuresOf(rows({ bytes: 1_000, concealed: 500, silent: 400, samples: 48_000 }), noSums(0), 1_000);
  const { bytes, silent, roundTripMs, figures } = figuresOf(rows({ bytes: 1_500, concealed: 5_300, silent: 400, samples: 96_000 }), sums, 2_000);
  equal([bytes, silent, roundTripMs], [1_000, false, 80]);
  equal(figures, { seconds: 1, pathBits: 500_000, sentBits: 4_000, videoBits: 300_000, lost: 0.02, lostNow: 0.02, concealed: 0.1 });
}

const report = ({ answers, at, roundTripTime, fractionLost = 0.3 }) => new Map(
  [
    { id: "P", type: "candidate-pair", selected: true, currentRoundTripTime: 0.08, responsesReceived: answers, bytesReceived: 1 },
    { id: "R", type: "remote-inbound-rtp", kind: "video", timestamp: at, roundTripTime, fractionLost },
  ].map((row) => [row.id, row]),
);

export async function test_a_round_trip_is_what_was_measured_since_the_last_figures() {
  let sums = noSums(0);
  const seen = (what) => {
    const found = figuresOf(report(what), sums, 1_000);
    sums = found.sums;
    return [found.roundTripMs, found.figures.lost, found.figures.lostNow];
  };
  equal(seen({ answers: 3, at: 1, roundTripTime: 0.4 }), [400, 0.3, 0.3]);
  equal(seen({ answers: 3, at: 1, roundTripTime: 0.4 }), [null, 0.3, null], "an old report, and no answer");
  equal(seen({ answers: 4, at: 1, roundTripTime: 0.4 }), [80, 0.3, null], "an answer of the path");
  equal(seen({ answers: 4, at: 2, roundTripTime: 0 }), [null, 0.3, 0.3], "a report that knows no round trip yet");
}

export async function test_silence_that_nobody_sent_is_no_hole() {
  const { figures } = figuresOf(rows({ concealed: 40_000, silent: 40_000, samples: 48_000 }), noSums(0), 1_000);
  equal(figures.concealed, 0);
}

function watched({ first = BEST } = {}) {
  const time = new Time();
  const seen = { steps: [], levels: [], rests: [], wanted: [], looks: 0, bytes: 0, path: 2_000_000, cut: false, received: 0, samples: 0, concealed: 0, part: 0, connected: true, used: 0, delay: 0, answers: null, pair: "P" };
  const watch = new QualityWatch({
    timers: time,
    first,
    statistics: async () => {
      seen.bytes += 500;
      if (!seen.cut) seen.received = seen.bytes;
      seen.samples += 48_000;
      seen.concealed += seen.part * 48_000;
      return rows({ bytes: seen.bytes, received: seen.received, path: seen.path, samples: seen.samples, concealed: seen.concealed, delay: seen.delay, answers: seen.answers, pair: seen.pair });
    },
    connected: () => seen.connected,
    counted: (bytes) => (seen.used += bytes),
    looked: () => (seen.looks += 1),
    changed: () => {
      seen.levels.push(watch.level);
      seen.rests.push(watch.sent.rests);
      seen.wanted.push(watch.wanted);
    },
    stepped: ({ step, level }) => seen.steps.push(`${step} ${level}`),
  });
  const seconds = async (count) => {
    for (let second = 0; second < count; second += 1) {
      await time.pass(1_000);
      await settle();
    }
  };
  return { watch, seen, seconds };
}

export async function test_the_watch_steps_tells_and_counts_what_a_call_costs() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  seen.path = 250_000;
  await seconds(6);
  equal([watch.level, seen.steps], [2, ["lowered 2"]]);
  equal(seen.used, 6_000);
  seen.path = 2_000_000;
  await seconds(20);
  equal(seen.steps, ["lowered 2", "raised 3"]);
  watch.stop();
  await seconds(60);
  equal(seen.looks, 26);
}

export async function test_a_cut_line_is_no_thin_line() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  await seconds(3);
  [seen.path, seen.part, seen.cut] = [60_000, 0.5, true];
  await seconds(3);
  seen.connected = false;
  await seconds(30);
  equal([watch.level, watch.wanted], [BEST, BEST]);
  [seen.connected, seen.cut] = [true, false];
  await seconds(4);
  equal([watch.level, watch.wanted], [BEST, BEST], "the browser looks for its way again");
  await seconds(6);
  equal([watch.level, watch.wanted], [1, 3]);
}

export async function test_a_line_that_chokes_is_not_taken_for_a_cut_one() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  await seconds(3);
  [seen.path, seen.connected] = [60_000, false];
  await seconds(3);
  equal(watch.level, 1, "something comes through it");
}

export async function test_what_the_other_side_sends_in_is_what_holes_are_judged_by() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  await seconds(2);
  [seen.part, seen.delay] = [0.1, 0.4];
  await seconds(3);
  watch.hears(1);
  await seconds(4);
  equal(watch.wanted, BEST, "it has only just lowered its picture");
  await seconds(4);
  equal(watch.wanted, 0);
}

export async function test_a_round_trip_of_long_ago_tells_nothing() {
  const waits = async (delay, answers, count) => {
    const { watch, seen, seconds } = watched({ first: 1 });
    watch.begin();
    await seconds(2);
    [seen.delay, seen.answers] = [delay, answers];
    await seconds(count);
    return watch.level;
  };
  equal(await waits(0.3, 7, 3), 0, "answered once, and for a while it counts");
  equal([await waits(0.26, null, 30), await waits(0.26, 7, 30)], [1, 2], "answered each second, and once: a queue keeps larger pictures out");
}

export async function test_a_way_through_another_network_may_be_longer_for_ever() {
  const { watch, seen, seconds } = watched({ first: 1 });
  watch.begin();
  await seconds(5);
  [seen.delay, seen.pair] = [0.4, "Q"];
  await seconds(5);
  equal(watch.level, 1, "another path: this is its own length, and no queue");
  seen.delay = 0.7;
  await seconds(3);
  equal(watch.level, 0, "and this is one");
  await seconds(130);
  ok(watch.level > 0, "after two minutes without a shorter trip it is the path's length as well");
}

export async function test_a_new_connection_counts_on_from_what_was_used() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  await seconds(3);
  watch.stop();
  seen.bytes = 0;
  watch.begin();
  await seconds(2);
  equal(seen.used, 3_000 + 2_000);
}

export async function test_the_picture_rests_for_a_second_when_it_becomes_smaller() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  seen.path = 90_000;
  await seconds(3);
  equal([watch.level, watch.sent.rests, seen.rests], [1, true, [true]]);
  await seconds(1);
  equal(watch.sent, { level: 1, part: 0, rests: false });
}

export async function test_the_picture_rests_until_the_voice_is_through_before_the_smallest_is_tried() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  await seconds(2);
  [seen.path, seen.delay] = [60_000, 0.4];
  await seconds(2);
  equal([watch.level, watch.sent.rests], [1, true]);
  await seconds(3);
  equal([watch.level, watch.sent.rests], [1, true], "the voice still waits");
  seen.delay = 0.1;
  await seconds(1);
  equal(watch.sent.rests, false);
  seen.delay = 0.4;
  await seconds(1);
  equal(watch.level, 1, "the first picture is a whole one");
  await seconds(1);
  equal([watch.level, seen.steps], [0, ["lowered 1", "video_off 0"]], "and the next ones do not fit");
}

export async function test_a_picture_that_fits_after_its_rest_is_judged_as_any_other() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  await seconds(2);
  [seen.path, seen.delay] = [60_000, 0.4];
  await seconds(2);
  seen.delay = 0;
  await seconds(4);
  equal([watch.level, watch.sent.rests], [1, false]);
  seen.delay = 0.2;
  await seconds(30);
  equal(watch.level, 1, "the small one may wait in a short queue");
}

export async function test_a_rest_makes_up_for_no_step_up_that_was_too_much() {
  const patient = rested({ ...ladderAt(1), patienceSeconds: 160 });
  equal([17, 30].map((seconds) => after(seconds, patient).patienceSeconds), [160, 160]);
  const gone = after(2, patient, { delayMs: 300 });
  equal([gone.level, gone.patienceSeconds], [0, 320]);
}

export async function test_a_rest_ends_where_nothing_is_measured() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  await seconds(2);
  [seen.path, seen.delay, seen.answers] = [60_000, 0.4, 7];
  await seconds(2);
  equal([watch.level, watch.sent.rests], [1, true]);
  await seconds(4);
  equal(watch.sent.rests, true);
  await seconds(1);
  equal([watch.level, watch.sent.rests], [1, false]);
}

export async function test_the_picture_does_not_rest_when_it_is_as_small_as_before() {
  const { watch, seen, seconds } = watched();
  watch.ask(2, false);
  watch.begin();
  seen.path = 400_000;
  await seconds(7);
  equal([watch.level, seen.rests.includes(true), watch.sent.rests], [2, false, false]);
}

export async function test_a_try_is_part_of_what_is_sent_unless_the_other_side_wants_no_more() {
  const { watch, seen, seconds } = watched({ first: 1 });
  watch.begin();
  await seconds(18);
  ok(watch.sent.part > 0);
  watch.ask(1, false);
  equal(watch.sent.part, 0);
  await seconds(30);
  watch.ask(4, false);
  equal([watch.level, watch.sent.part, seen.steps], [1, 0, []], "it was not tried meanwhile");
}

export async function test_saving_data_lowers_what_is_sent_and_what_is_wanted_and_says_so_once() {
  const { watch, seen } = watched();
  watch.save(true);
  equal([watch.level, watch.wanted, seen.steps], [1, 1, ["saving 1"]]);
  equal(watch.sound, { packetMs: 60 });
  watch.save(true);
  watch.save(false);
  equal([watch.level, watch.wanted, seen.steps], [4, 4, ["saving 1", "saving_off 4"]]);
}

export async function test_the_other_side_is_given_what_it_wants_and_its_saving_is_not_told_twice() {
  const { watch, seen } = watched();
  watch.ask(1, true);
  equal([watch.level, seen.steps], [1, []]);
  watch.ask(4, false);
  equal([watch.level, seen.steps], [4, []]);
  watch.ask(3, false);
  equal([watch.level, seen.steps], [3, ["lowered 3"]]);
}

export async function test_holes_in_the_sound_make_the_watch_want_less() {
  const { watch, seen, seconds } = watched();
  watch.begin();
  seen.part = 0.1;
  await seconds(6);
  equal([watch.level, watch.wanted, seen.wanted, seen.steps], [4, 3, [3], []]);
}

export async function test_video_off_and_on_again_are_steps_of_their_own() {
  const { watch, seen, seconds } = watched({ first: 1 });
  watch.begin();
  seen.path = 50_000;
  // The picture gets far more than it may have: only the path counts here.
  watch.ask(0, false);
  equal([watch.level, watch.sound], [0, { packetMs: 60 }]);
  watch.ask(4, false);
  equal(seen.steps, ["video_off 0", "video_on 1"]);
  await seconds(1);
  watch.stop();
}

export async function test_steps_that_come_too_fast_are_told_as_the_last_of_them() {
  const time = new Time();
  const sent = [];
  const reports = new StepReports(time, ({ step }) => sent.push(step));
  reports.add({ step: "saving", level: 1 });
  reports.add({ step: "saving_off", level: 4 });
  reports.add({ step: "saving", level: 1 });
  await time.pass(5_000);
  equal(sent, ["saving"]);
  reports.add({ step: "lowered", level: 3 });
  reports.add({ step: "lowered", level: 2 });
  equal(sent, ["saving", "lowered"]);
  await time.pass(5_000);
  ok(sent.length === 3, "the second step down is told too");
}

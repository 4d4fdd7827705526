import { Screen, isScreen } from "/scripts/models/screen.js";
import { SCREEN_LEVELS, sendAt } from "/scripts/models/sending.js";
import { LEVELS } from "/scripts/models/quality.js";
import { equal, ok } from "./support/assert.js";
import { Time, settle } from "./support/time.js";

/** A picture of this size that a page has drawn. */
function drawn(width = 1920, height = 1080) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d").fillRect(0, 0, width, height);
  return canvas.captureStream(5);
}

/** A screen whose browser answers with `answer()`, and what was told of it. */
function sharing(answer = async () => drawn()) {
  const time = new Time();
  const page = { time, told: [], plugs: 0, changes: 0, voice: null };
  page.screen = new Screen({
    parts: { getDisplayMedia: answer, newStream: () => new MediaStream(), timers: time },
    voice: () => page.voice,
    plug: () => (page.plugs += 1),
    changed: () => (page.changes += 1),
    told: (on) => page.told.push(on),
  });
  return page;
}

export async function test_it_is_shared_until_the_person_stops_and_each_is_told_once() {
  const page = sharing();
  await page.screen.share();
  const { track, stream } = page.screen;
  ok(isScreen(track));
  equal([track.contentHint, stream.getVideoTracks()[0] === track], ["detail", true]);
  await page.screen.share();
  equal([page.told, page.plugs, page.screen.track === track], [[true], 1, true], "asked again");
  page.screen.stop();
  page.screen.stop();
  equal([page.told, page.plugs, track.readyState, page.screen.track, page.screen.stream], [[true, false], 2, "ended", null, null]);
}

export async function test_the_browser_ends_it() {
  const page = sharing();
  await page.screen.share();
  page.screen.track.dispatchEvent(new Event("ended"));
  equal([page.told, page.screen.track], [[true, false], null]);
}

export async function test_a_no_of_the_person_is_said_for_some_seconds_and_changes_nothing() {
  for (const [name, problem] of [["NotAllowedError", "denied"], ["NotReadableError", "failed"]]) {
    const page = sharing(async () => {
      throw new DOMException("no", name);
    });
    await page.screen.share();
    equal([page.screen.problem, page.told, page.plugs], [problem, [], 0]);
    await page.time.pass(8_000);
    equal(page.screen.problem, null);
  }
}

export async function test_who_hangs_up_before_answering_shares_nothing() {
  const got = drawn();
  let answers = () => {};
  const page = sharing(() => new Promise((resolve) => (answers = () => resolve(got))));
  const asked = page.screen.share();
  page.screen.close();
  answers();
  await asked;
  equal([page.told, page.plugs, page.screen.track, got.getVideoTracks()[0].readyState], [[], 0, null, "ended"]);
}

export async function test_a_call_that_ends_ends_it_without_a_word() {
  const page = sharing();
  await page.screen.share();
  const { track } = page.screen;
  page.screen.close();
  equal([page.told, track.readyState], [[true], "ended"]);
}

export async function test_the_voice_goes_with_it() {
  const page = sharing();
  const voices = [0, 1].map(() => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0]);
  page.voice = voices[0];
  await page.screen.share();
  equal(page.screen.stream.getAudioTracks().map(({ id }) => id), [voices[0].id]);
  page.voice = voices[1];
  page.screen.hear();
  equal(page.screen.stream.getAudioTracks().map(({ id }) => id), [voices[1].id]);
  page.voice = null;
  page.screen.hear();
  equal(page.screen.stream.getAudioTracks().length, 0);
}

/** What a connection's picture may be in each level. */
async function sent(track) {
  const pc = new RTCPeerConnection();
  const { sender } = pc.addTransceiver(track);
  const levels = [];
  for (const level of [4, 3, 2, 1, 0]) {
    await sendAt(pc, { level, part: 0, rests: false });
    const { encodings, degradationPreference } = sender.getParameters();
    levels.push({ ...encodings[0], degradationPreference });
  }
  pc.close();
  return levels;
}

export async function test_a_screen_keeps_its_size_and_gives_up_motion_and_costs_no_more_than_a_camera() {
  const page = sharing();
  await page.screen.share();
  await settle();
  const levels = await sent(page.screen.track);
  equal(levels.slice(0, 4).map(({ maxBitrate }) => maxBitrate), [4, 3, 2, 1].map((level) => LEVELS[level].videoBits));
  equal(levels.slice(0, 4).map(({ maxFramerate }) => maxFramerate), [4, 3, 2, 1].map((level) => SCREEN_LEVELS[level].framesPerSecond));
  equal(levels.slice(0, 4).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy), [1, 1, 1.5, 2]);
  equal(levels.map(({ active }) => active), [true, true, true, true, false], "sound alone at last");
  equal([...new Set(levels.map(({ degradationPreference }) => degradationPreference))], ["maintain-resolution"]);
}

export async function test_a_camera_is_sent_as_before() {
  const levels = await sent(drawn(640, 480).getVideoTracks()[0]);
  equal(levels.slice(0, 4).map(({ maxFramerate }) => maxFramerate), [24, 20, 15, 10]);
  equal(levels[0].degradationPreference, "maintain-framerate");
}

import { Capture } from "/scripts/models/capture.js";
import { equal, ok, until } from "./support/assert.js";
import { Devices } from "./support/devices.js";
import { settle } from "./support/time.js";

/** A microphone and perhaps a camera in use, of these devices. */
async function capture(devices, { video = false, before } = {}) {
  const told = [];
  const made = new Capture(devices.parts, (kind) => told.push(kind));
  if (before) made.restore(before);
  await made.start(video);
  return { made, told };
}

export async function test_who_turns_on_a_microphone_that_was_not_there_asks_for_it_again() {
  for (const [fault, problem] of [["NotReadableError", "busy"], ["NotAllowedError", "denied"], ["NotFoundError", "missing"]]) {
    const devices = new Devices({ audio: ["mic1"] });
    devices.refuses.audio = fault;
    const { made } = await capture(devices);
    equal([made.problem.audio, made.sends("audio")], [problem, false]);
    made.mute(false);
    await until(() => devices.asked.length === 2, "it is asked for again");
    await settle();
    equal(made.problem.audio, problem, "in vain");
    delete devices.refuses.audio;
    made.mute(false);
    await until(() => made.sends("audio"), "it is there");
    equal([made.problem, devices.asked.length], [{}, 3]);
    made.mute(true);
    made.mute(false);
    equal([made.sends("audio"), devices.asked.length], [true, 3], "what is there is not asked for");
    made.close();
  }
}

export async function test_nobody_is_asked_twice_at_once() {
  const devices = new Devices({ audio: ["mic1"] });
  devices.refuses.audio = "NotReadableError";
  const { made } = await capture(devices);
  delete devices.refuses.audio;
  made.mute(false);
  made.mute(false);
  await until(() => made.sends("audio"), "it is there");
  equal(devices.asked.length, 2);
  made.close();
}

export async function test_a_telephone_call_is_said_and_the_microphone_is_taken_again_when_it_is_over() {
  const devices = new Devices({ audio: ["mic1"] });
  const { made, told } = await capture(devices);
  const before = made.track("audio");
  before.browserMutes(true);
  await devices.time.pass(900);
  equal([made.problem, made.sends("audio")], [{}, true], "a moment is nothing");
  const changes = told.length;
  await devices.time.pass(100);
  equal([made.problem, made.sends("audio"), made.shown.audio], [{ audio: "interrupted" }, false, false]);
  ok(told.length > changes, "the other side is told");
  before.browserMutes(false);
  equal([made.problem, made.sends("audio")], [{}, true], "by its word it works");
  await until(() => made.track("audio") !== before, "but it may be dead all the same");
  equal([before.readyState, made.sends("audio"), made.shown.replaced, devices.asked.length], ["ended", true, null, 2], "the same device is no news");
  made.close();
}

export async function test_a_moment_of_silence_takes_nothing_again() {
  const devices = new Devices({ audio: ["mic1"] });
  const { made } = await capture(devices);
  made.track("audio").browserMutes(true);
  await devices.time.pass(500);
  made.track("audio").browserMutes(false);
  await devices.time.pass(5_000);
  equal([made.problem, devices.asked.length], [{}, 1]);
  made.close();
}

export async function test_who_looks_at_the_page_again_gets_it_back_or_still_reads_why_not() {
  const devices = new Devices({ audio: ["mic1"], video: ["front"] });
  const { made } = await capture(devices, { video: true });
  for (const kind of ["audio", "video"]) made.track(kind).browserMutes(true);
  await devices.time.pass(1_000);
  equal(made.problem, { audio: "interrupted", video: "interrupted" });
  devices.refuses = { audio: "NotReadableError", video: "NotReadableError" };
  devices.isSeenAgain();
  await until(() => made.problem.video === "busy", "the telephone call goes on");
  equal([made.problem, made.sends("audio"), made.sends("video")], [{ audio: "busy", video: "busy" }, false, false]);
  devices.refuses = {};
  devices.isSeenAgain();
  await until(() => made.sends("audio") && made.sends("video"), "both are back");
  equal(made.problem, {});
  made.close();
}

export async function test_a_new_track_that_gives_nothing_either_is_no_end_of_it() {
  const devices = new Devices({ audio: ["mic1"] });
  devices.startsMuted = true;
  const { made } = await capture(devices);
  await devices.time.pass(1_000);
  equal(made.problem, { audio: "interrupted" });
  const before = made.track("audio");
  devices.isSeenAgain();
  await until(() => made.track("audio") !== before, "it is taken again");
  equal([made.problem, made.sends("audio")], [{ audio: "interrupted" }, false], "and never seems to be well");
  made.track("audio").browserMutes(false);
  await until(() => made.sends("audio"), "it is over");
  made.close();
}

export async function test_one_that_cannot_be_taken_again_stays_in_use_when_its_browser_says_that_it_works() {
  const devices = new Devices({ audio: ["mic1"] });
  const { made } = await capture(devices);
  const before = made.track("audio");
  before.browserMutes(true);
  await devices.time.pass(1_000);
  devices.refuses.audio = "NotReadableError";
  before.browserMutes(false);
  await until(() => devices.asked.length === 2, "it is tried");
  await devices.time.pass(0);
  equal([made.problem, made.sends("audio"), made.track("audio") === before], [{}, true, true]);
  made.close();
}

export async function test_one_that_is_pulled_out_is_replaced_and_that_is_said() {
  const devices = new Devices({ audio: ["headset", "built-in"], video: ["front", "usb"] });
  const { made } = await capture(devices, { video: true, before: { muted: true, devices: { video: "usb" } } });
  equal([made.deviceOf("audio"), made.deviceOf("video")], ["headset", "usb"]);
  devices.unplug("headset");
  await until(() => made.deviceOf("audio") === "built-in", "another microphone");
  equal([made.shown.replaced, made.track("audio").enabled, made.problem], [{ kind: "audio", name: "The built-in" }, false, {}], "muted as before");
  devices.unplug("usb");
  await until(() => made.deviceOf("video") === "front", "another camera than the chosen one");
  equal(made.shown.replaced, { kind: "video", name: "The front" });
  await devices.time.pass(8_000);
  equal(made.shown.replaced, null, "read by now");
  made.close();
}

export async function test_the_only_one_that_is_pulled_out_comes_back_when_it_is_plugged_in() {
  const devices = new Devices({ audio: ["mic1"] });
  const { made } = await capture(devices);
  devices.unplug("mic1");
  await until(() => made.problem.audio === "missing", "there is none");
  equal(made.sends("audio"), false);
  devices.plug("audio", "mic2");
  await until(() => made.sends("audio"), "there is one");
  equal([made.shown.replaced, made.problem], [{ kind: "audio", name: "The mic2" }, {}]);
  made.close();
}

export async function test_who_said_no_and_a_camera_that_is_off_are_left_alone() {
  const devices = new Devices({ audio: ["mic1"], video: ["front"] });
  devices.refuses.audio = "NotAllowedError";
  const { made } = await capture(devices);
  const asked = devices.asked.length;
  devices.isSeenAgain();
  devices.plug("audio", "mic2");
  await made.camera(true);
  await made.camera(false);
  devices.unplug("front");
  devices.plug("video", "usb");
  await devices.time.pass(0);
  equal([devices.asked.length, made.problem], [asked + 1, { audio: "denied" }], "only for the camera, when it was turned on");
  made.close();
}

export async function test_a_camera_that_was_cut_off_is_no_trouble_once_it_is_off() {
  const devices = new Devices({ audio: ["mic1"], video: ["front"] });
  const { made } = await capture(devices, { video: true });
  made.track("video").browserMutes(true);
  await devices.time.pass(1_000);
  equal(made.problem, { video: "interrupted" });
  await made.camera(false);
  equal([made.problem, made.sends("video")], [{}, false]);
  made.close();
}

export async function test_nothing_is_asked_for_after_the_call() {
  const devices = new Devices({ audio: ["mic1"] });
  const { made } = await capture(devices);
  made.track("audio").browserMutes(true);
  await devices.time.pass(1_000);
  made.close();
  devices.isSeenAgain();
  devices.plug("audio", "mic2");
  await devices.time.pass(10_000);
  equal([devices.asked.length, devices.listened, devices.last("audio").readyState], [1, 0, "ended"]);
}

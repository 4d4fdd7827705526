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

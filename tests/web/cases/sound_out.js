import { CallChoices } from "/scripts/models/call_choices.js";
import { Stream, emptyRecord } from "/scripts/models/stream.js";
import { SoundOut } from "/scripts/views/sound_out.js";
import { equal, until } from "./support/assert.js";

/** What the browser lists, and elements that play from one of those. */
function room(ids) {
  const there = { ids };
  navigator.mediaDevices.enumerateDevices = async () => there.ids.map((deviceId) => ({ kind: "audiooutput", deviceId, label: deviceId }));
  const element = () => ({
    sinkId: "",
    async setSinkId(id) {
      if (id !== "" && !there.ids.includes(id)) throw new DOMException("gone", "NotFoundError");
      this.sinkId = id;
    },
  });
  const changes = (now) => {
    there.ids = now;
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  };
  return { element, changes };
}

const choices = (record = emptyRecord("tab")) => new CallChoices(new Stream({ record, save: () => {}, newId: () => "other" }));

export async function test_everybody_is_heard_from_the_chosen_speaker_also_in_the_next_call() {
  const { element } = room(["default", "headset"]);
  const record = emptyRecord("tab");
  const heard = [element(), element()];
  const now = new SoundOut(heard, choices(record));
  equal([now.id, (await now.list()).map(({ id }) => id)], ["default", ["default", "headset"]]);
  await now.choose("headset");
  equal([now.id, heard.map(({ sinkId }) => sinkId)], ["headset", ["headset", "headset"]]);
  now.close();
  const later = [element(), element()];
  const next = new SoundOut(later, choices(structuredClone(record)));
  await until(() => later.every(({ sinkId }) => sinkId === "headset"), "as chosen before");
  next.close();
}

export async function test_a_stream_without_sound_yet_takes_the_speaker_later() {
  const { element } = room(["default", "headset"]);
  const kept = choices();
  kept.keep({ speaker: "headset" });
  const heard = element();
  const takes = heard.setSinkId;
  heard.setSinkId = async () => {
    throw new DOMException("nothing to be heard", "AbortError");
  };
  const sound = new SoundOut([heard], kept);
  await sound.follow();
  equal(sound.id, "default");
  heard.setSinkId = takes;
  await sound.tune();
  equal(sound.id, "headset");
  sound.close();
}

export async function test_while_the_chosen_one_is_away_the_systems_own_is_used() {
  const { element, changes } = room(["default", "headset"]);
  const heard = [element()];
  const sound = new SoundOut(heard, choices());
  await sound.choose("headset");
  changes(["default"]);
  await until(() => heard[0].sinkId === "", "heard all the same");
  changes(["default", "headset"]);
  await until(() => heard[0].sinkId === "headset", "and again from there");
  sound.close();
}

export async function test_one_that_went_in_the_same_moment_is_not_kept() {
  const { element } = room(["default"]);
  const kept = choices();
  const sound = new SoundOut([element()], kept);
  await sound.choose("headset");
  equal([sound.id, kept.read().speaker], ["default", ""]);
  sound.close();
}

export async function test_a_browser_that_leaves_it_to_the_system_offers_none() {
  room(["default", "headset"]);
  const sound = new SoundOut([{}], choices());
  equal([await sound.list(), sound.id], [[], "default"]);
  await sound.follow();
  sound.close();
}

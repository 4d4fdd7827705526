import { Listeners } from "/scripts/models/listeners.js";
import { Recorder } from "/scripts/models/recorder.js";
import { SliceSender } from "/scripts/models/slice_sender.js";
import { slicePlace } from "/scripts/recording_spool.js";
import { equal, ok, until } from "./support/assert.js";
import { Time } from "./support/time.js";

const bytes = (text) => new TextEncoder().encode(text);
const digest = (content) => crypto.subtle.digest("SHA-256", content);
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function links(id, contents) {
  const found = [];
  let link = await digest(bytes(id));
  for (const content of contents) {
    link = await digest(new Uint8Array([...new Uint8Array(link), ...bytes(content)]));
    found.push(hex(link));
  }
  return found;
}

/** A page that records; `service` answers each slice, `page.shows` is what the service tells of the recording. */
function page(service, notes = {}) {
  const time = new Time();
  const spool = slicePlace();
  const changes = new Listeners();
  const sent = [];
  const captures = [];
  const tools = {
    digest,
    spool,
    put: async (slice) => {
      sent.push(slice);
      return service(slice);
    },
    capture: (parts) => {
      const capture = { parts, ended: "", stop: () => (capture.ended = "stopped"), abort: () => (capture.ended = "aborted") };
      captures.push(capture);
      return capture;
    },
  };
  const recording = {
    shown: null,
    held: 0,
    stops: [],
    hasGuest: false,
    get isOn() {
      return this.shown?.stage === "recording";
    },
    onChange: (listener) => changes.add(listener),
    hold: (count) => (recording.held = count),
    stop: async (why) => void recording.stops.push(why),
  };
  const sender = new SliceSender(tools, time);
  const call = { remote: { stream: null }, local: { stream: null } };
  const seat = { remote: null };
  const kept = { id: "me", note: (name) => notes[name] ?? null, setNote: (name, value) => (notes[name] = value) };
  const recorder = new Recorder({ recording, call, seat, notes: kept, tools, sender });
  const shows = (stage, reason = "", id = "r1", by = "me") => {
    recording.shown = { id, stage, reason, recorder: by, slice_seconds: 4 };
    changes.tell();
  };
  const slice = (content, last = false) => captures.at(-1).parts.taken(Promise.resolve(bytes(content).buffer), last);
  return { time, spool, sent, captures, recording, call, seat, recorder, sender, notes, shows, slice };
}

export async function test_slices_are_chained_and_sent_in_order() {
  const { sent, shows, slice, spool, captures } = page(() => "kept");
  shows("asked");
  equal(captures.length, 0, "nothing before everybody agreed");
  shows("recording");
  for (const content of ["satu", "dua"]) slice(content);
  shows("stopped", "stopped");
  equal(captures[0].ended, "stopped");
  slice("tiga", true);
  await until(() => sent.length === 3, "all are sent");
  equal(sent.map(({ link }) => link), await links("r1", ["satu", "dua", "tiga"]));
  equal(sent.map(({ number, last }) => [number, last]), [[0, false], [1, false], [2, true]]);
  await until(async () => (await spool.count()) === 0, "nothing is left behind");
}

export async function test_another_page_of_the_officer_does_not_record() {
  const { captures, shows } = page(() => "kept");
  shows("recording", "", "r1", "another");
  equal(captures.length, 0);
}

export async function test_what_cannot_be_sent_stays_and_is_sent_later_once() {
  let line = false;
  const { sent, shows, slice, spool, time, recording } = page(() => (line ? "kept" : "later"));
  shows("recording", "", "r2");
  for (const content of ["satu", "dua", "tiga"]) slice(content);
  await until(async () => (await spool.count()) === 3, "all wait");
  await time.pass(3_000);
  await until(() => recording.held === 3, "the officer can see it");
  ok(sent.every(({ number }) => number === 0), "none before the first");
  line = true;
  await time.pass(10_000);
  await until(async () => (await spool.count()) === 0, "all are sent");
  equal(sent.slice(-3).map(({ number }) => number), [0, 1, 2]);
  await until(() => recording.held === 0, "nothing is shown any more");
}

export async function test_a_withdrawal_throws_away_what_is_not_sent() {
  for (const reason of ["withdrawn", "people_changed"]) {
    const { shows, slice, spool, captures } = page(() => "later");
    shows("recording", "", `r-${reason}`);
    slice("satu");
    shows("stopped", reason, `r-${reason}`);
    equal(captures[0].ended, "aborted");
    await until(async () => (await spool.count()) === 0, `nothing is kept after ${reason}`);
  }
}

export async function test_a_refused_slice_ends_the_recording_and_drops_the_rest() {
  const { shows, slice, spool, recording, captures } = page(() => "never");
  shows("recording", "", "r3");
  for (const content of ["satu", "dua"]) slice(content);
  await until(() => recording.stops.length > 0, "the service is told");
  equal([recording.stops[0], captures[0].ended], ["recorder_lost", "aborted"]);
  await until(async () => (await spool.count()) === 0, "nothing is left");
}

export async function test_a_reload_cannot_go_on_with_the_file_but_sends_what_was_held() {
  const notes = {};
  const before = page(() => "later", notes);
  before.shows("recording", "", "r4");
  before.slice("satu");
  await until(async () => (await before.spool.count()) === 1, "one waits");
  const after = page(() => "kept", notes);
  after.shows("recording", "", "r4");
  equal([after.captures.length, after.recording.stops], [0, ["recorder_lost"]]);
  after.sender.wake();
  await until(async () => (await after.spool.count()) === 0, "it is sent");
  equal(after.sent.map(({ number }) => number), [0]);
}

export async function test_who_agreed_is_in_the_file_and_nobody_else() {
  const { captures, shows, recording, call, seat } = page(() => "kept");
  [call.remote.stream, call.local.stream, seat.remote] = ["theirs", "ours", { stream: "the guest's" }];
  shows("recording", "", "r5");
  equal([captures[0].parts.seats, captures[0].parts.sources()], [2, ["theirs", "ours"]], "a guest who was not asked is not heard");
  shows("stopped", "people_changed", "r5");
  recording.hasGuest = true;
  shows("recording", "", "r6");
  equal([captures[1].parts.seats, captures[1].parts.sources()], [3, ["theirs", "ours", "the guest's"]]);
  seat.remote = null;
  equal([captures[1].parts.seats, captures[1].parts.sources()], [3, ["theirs", "ours"]], "its place stays when it goes");
}

import { Listeners } from "/scripts/models/listeners.js";
import { ServerRecorder } from "/scripts/models/server_recorder.js";
import { equal, ok, until } from "./support/assert.js";
import { Time } from "./support/time.js";

class Connection {
  connectionState = "new";
  localDescription = null;
  answers = [];
  tracks = [];
  closed = false;
  constructor(configuration) {
    this.configuration = configuration;
  }
  addTransceiver(track, how) {
    this.tracks.push([track.kind, how.direction]);
    return { sender: { getParameters: () => ({ encodings: [{}] }), setParameters: async (parameters) => void (this.encodings = parameters.encodings) } };
  }
  async setLocalDescription() {
    this.localDescription = { sdp: "offer" };
  }
  async setRemoteDescription(answer) {
    this.answers.push(answer.sdp);
  }
  becomes(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  close() {
    this.closed = true;
  }
}

/** A page whose call may be recorded by the service. */
function page() {
  const time = new Time();
  const frames = new Listeners();
  const states = new Listeners();
  const changes = new Listeners();
  const made = { orders: [], sent: [], connections: [], mixes: [], stops: [], order: async () => undefined };
  let number = 0;
  const channel = {
    notes: { id: "me" },
    onFrame: (listener) => frames.add(listener),
    onState: (listener) => states.add(listener),
    order: (order) => {
      made.orders.push(order);
      return made.order();
    },
    send: (frame) => made.sent.push(frame),
  };
  const parts = {
    timers: time,
    newId: () => `a${(number += 1)}`,
    newConnection: (configuration) => {
      made.connections.push(new Connection(configuration));
      return made.connections.at(-1);
    },
  };
  const recording = {
    shown: null,
    get isOn() {
      return this.shown?.stage === "recording";
    },
    onChange: (listener) => changes.add(listener),
    stop: async (why) => void made.stops.push(why),
  };
  const call = { here: true, remote: { stream: null }, local: { stream: null } };
  const seat = { remote: null };
  const mix = (recorded) => {
    const mixed = { stream: { getTracks: () => [{ kind: "video" }, { kind: "audio" }] }, closed: false, close: () => (mixed.closed = true), recorded };
    made.mixes.push(mixed);
    return mixed;
  };
  new ServerRecorder({ recording, call, seat, channel, ticket: "t", parts, mix });
  const shows = (stage, id = "r1", by = "me") => {
    recording.shown = { id, stage, recorder: by };
    changes.tell();
  };
  const tells = (t, fields = {}) => frames.tell({ t, ticket: "t", recording: "r1", attempt: `a${number}`, ...fields });
  const begun = () => tells("RecorderBegun", { ice_servers: [{ urls: ["stun:x"] }] });
  return { ...made, made, time, call, recording, seat, shows, tells, begun, comesBack: () => states.tell({ name: "online" }) };
}

async function connected() {
  const scene = page();
  scene.shows("recording");
  scene.begun();
  await until(() => scene.sent.some(({ t }) => t === "SendRecorderOffer"), "it offers");
  scene.tells("RecorderAnswered", { sdp: "answer" });
  scene.connections[0].becomes("connected");
  return scene;
}

export async function test_it_begins_with_the_recording_and_sends_only() {
  const scene = page();
  scene.shows("asked");
  equal(scene.orders, [], "nothing before everybody agreed");
  scene.shows("recording");
  equal(scene.orders.map(({ t, recording, attempt }) => [t, recording, attempt]), [["BeginRecorder", "r1", "a1"]]);
  scene.begun();
  await until(() => scene.sent.length === 1, "it offers");
  const [connection] = scene.connections;
  equal(connection.tracks, [["video", "sendonly"], ["audio", "sendonly"]]);
  equal(connection.configuration.iceServers, [{ urls: ["stun:x"] }]);
  scene.tells("RecorderAnswered", { sdp: "other", attempt: "a0" });
  scene.tells("RecorderAnswered", { sdp: "answer" });
  equal(connection.answers, ["answer"], "an earlier attempt's answer is passed over");
}

export async function test_it_ends_at_once_with_the_recording() {
  const { shows, connections, mixes } = await connected();
  shows("stopped");
  ok(connections[0].closed, "nothing is sent any more");
  ok(mixes[0].closed, "nothing is drawn any more");
}

export async function test_another_page_of_the_officer_sends_nothing() {
  const { shows, orders, mixes } = page();
  shows("recording", "r1", "another");
  equal([orders.length, mixes.length], [0, 0]);
}

export async function test_after_a_reload_it_waits_for_the_call() {
  const { shows, orders, call } = page();
  call.here = false;
  shows("recording");
  equal(orders.length, 0);
  call.here = true;
  shows("recording");
  equal(orders.length, 1);
}

export async function test_a_lost_path_is_tried_again_with_another_connection() {
  const { time, connections, orders, begun, mixes } = await connected();
  connections[0].becomes("failed");
  await time.pass(1_000);
  equal(orders.map(({ attempt }) => attempt), ["a1", "a2"]);
  begun();
  await until(() => connections.length === 2, "another connection");
  ok(connections[0].closed, "the first is let go");
  equal(mixes.length, 1, "it is the same picture");
}

export async function test_after_four_tries_it_says_that_it_cannot_record() {
  const { shows, time, orders, stops, mixes } = page();
  shows("recording");
  for (const seconds of [8, 12, 16, 20]) await time.pass(seconds * 1_000);
  equal(orders.length, 4);
  equal(stops, ["recorder_lost"]);
  ok(mixes[0].closed, "nothing is drawn any more");
}

export async function test_without_a_line_no_try_is_lost() {
  const { shows, time, orders, stops, made, comesBack } = page();
  made.order = () => Promise.reject(Object.assign(new Error("offline"), { code: "offline" }));
  shows("recording");
  for (let tries = 0; tries < 6; tries++) {
    await Promise.resolve();
    await time.pass(8_000);
  }
  await Promise.resolve();
  equal(stops, []);
  const before = orders.length;
  comesBack();
  await time.pass(1);
  equal(orders.length, before + 1, "it tries as soon as there is a line again");
}

export async function test_a_guest_who_agreed_is_mixed_in() {
  const { call, recording, seat, shows, mixes } = page();
  [call.remote.stream, call.local.stream, seat.remote] = ["theirs", "ours", { stream: "the guest's" }];
  recording.hasGuest = true;
  shows("recording");
  equal([mixes[0].recorded.seats, mixes[0].recorded.sources()], [3, ["theirs", "ours", "the guest's"]]);
}

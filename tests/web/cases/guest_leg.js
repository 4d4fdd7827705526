import { GuestLeg } from "/scripts/models/guest_leg.js";
import { equal, ok, until } from "./support/assert.js";
import { Time } from "./support/time.js";

const TURN = [{ urls: ["turn:127.0.0.1:9"], username: "u", credential: "c" }];

/** Both ends of a leg in this page, with real connections; `reaches`: what one says arrives at the other. */
function leg({ servers = TURN, relayOnly = false, reaches = false } = {}) {
  const time = new Time();
  const row = { generation: 1, revision: 0, pages: {} };
  const ends = {};
  const orders = [];
  const shown = (name) => ({
    id: "leg",
    ticket: "t",
    call: "c",
    guest: "g",
    between: "officer",
    generation: row.generation,
    revision: row.revision,
    polite: name === "guest",
    ready: Object.keys(row.pages).length === 2,
    taken_by: row.pages[name] ?? null,
    ice_servers: servers,
    relay_only: relayOnly,
  });
  const told = () => Object.entries(ends).forEach(([name, end]) => queueMicrotask(() => end.leg.receive({ t: "LegChanged", leg: shown(name) })));
  // As consult/signalling/legs/store.py does.
  const joins = (name, known) => {
    orders.push([name, known]);
    if (row.pages[name] === name && known < row.generation) return;
    if (row.pages[name] !== undefined) row.generation += 1;
    row.pages[name] = name;
    row.revision += 1;
    told();
  };
  const relayed = { SendDescription: "DescriptionRelayed", SendCandidate: "CandidateRelayed", SendMediaState: "MediaStateTold", SendCode: "CodeRelayed" };
  const end = (name, other) => {
    const policies = [];
    const connections = [];
    const channel = {
      notes: { id: name },
      send: (frame) => {
        if (!ends[other].reaches || !(frame.t in relayed)) return;
        queueMicrotask(() => ends[other].leg.receive({ ...frame, t: relayed[frame.t] }));
      },
      order: async ({ generation }) => void joins(name, generation),
    };
    const parts = {
      timers: time,
      newStream: () => new MediaStream(),
      newConnection: (configuration) => {
        policies.push(configuration.iceTransportPolicy);
        connections.push(new RTCPeerConnection(configuration));
        return connections.at(-1);
      },
      newId: () => crypto.randomUUID().replaceAll("-", ""),
      networkKind: () => undefined,
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    };
    const counted = (bytes) => (ends[name].used += bytes);
    const shared = { certificate: Promise.resolve(null), track: () => null, sends: () => ({ audio: true, video: false }), counted };
    const use = { channel, parts, shared, between: "officer", guest: "g", ticket: "t", call: "c", saves: () => false, spares: true, changed: () => {} };
    ends[name] = { leg: new GuestLeg(use), policies, connections, reaches, used: 0 };
  };
  end("officer", "guest");
  end("guest", "officer");
  const both = (act) => Object.values(ends).forEach(act);
  const begins = () => both(({ leg: one }) => one.join());
  return { time, row, orders, ...ends, both, begins, close: () => both(({ leg: one }) => one.close()) };
}

export async function test_a_leg_without_a_path_takes_the_relay_alone_and_then_says_so() {
  const { time, officer, guest, row, begins, close } = leg();
  begins();
  await until(() => officer.policies.length > 0 && guest.policies.length > 0, "both try");
  equal([officer.policies, guest.policies], [["all"], ["all"]]);
  await time.pass(20_000);
  await until(() => officer.policies.length > 1, "another connection is tried");
  equal([officer.policies.at(-1), guest.policies.at(-1), row.generation], ["relay", "all", 2], "a relay at one end is one for both");
  equal([officer.leg.noPath, guest.leg.noPath], [false, false], "there is time yet");
  await time.pass(25_000);
  equal([officer.leg.noPath, guest.leg.noPath], [true, true], "both ends say so");
  const before = row.generation;
  await time.pass(60_000);
  ok(row.generation > before, "it is tried on");
  equal(officer.policies.at(-1), "relay");
  equal([officer.leg.noPath, guest.leg.noPath], [true, true], "and said for as long as it holds");
  close();
}

export async function test_without_a_relay_or_with_nothing_else_there_is_no_other_step() {
  for (const [servers, relayOnly] of [[[], false], [TURN, true]]) {
    const { time, officer, row, begins, close } = leg({ servers, relayOnly });
    begins();
    await until(() => officer.policies.length > 0, "it tries");
    await time.pass(30_000);
    equal([row.generation, officer.policies.length], [1, 1]);
    await time.pass(15_000);
    ok(officer.leg.noPath, "the deadline is the same");
    close();
  }
}

export async function test_an_end_that_never_comes_is_said_too() {
  const { time, guest, close } = leg();
  guest.leg.join();
  await time.pass(44_000);
  ok(!guest.leg.noPath, "there is time yet");
  await time.pass(1_000);
  ok(guest.leg.noPath, "nobody came");
  close();
  await time.pass(60_000);
}

export async function test_a_leg_that_comes_up_says_nothing_any_more() {
  const { time, officer, guest, both, begins, close } = leg({ servers: [] });
  begins();
  await until(() => officer.policies.length > 0 && guest.policies.length > 0, "both try");
  await time.pass(45_000);
  equal([officer.leg.noPath, guest.leg.noPath], [true, true]);
  both((end) => (end.reaches = true));
  const up = () => [officer, guest].every(({ leg: one }) => one.state === "connected");
  await until(async () => (await time.pass(3_000), up()), "it connects");
  equal([officer.leg.noPath, guest.leg.noPath], [false, false]);
  await until(() => officer.leg.code !== "" && guest.leg.code !== "", "both show digits");
  ok(/^\d\d( \d\d){3}$/.test(officer.leg.code) && officer.leg.code === guest.leg.code, `${officer.leg.code} is ${guest.leg.code}`);
  await until(async () => (await time.pass(1_000), officer.used > 0 && guest.used > 0), "what it costs is counted at both ends");
  // Up for long, then away: it counts from then.
  await time.pass(1_000);
  close();
}

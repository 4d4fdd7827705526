import { Leg } from "/scripts/models/leg.js";
import { equal } from "./support/assert.js";
import { Time } from "./support/time.js";

const ABOUT = { ticket: "t", call: "c", generation: 1 };

/** A leg of the side that waits for the other's offer, and what it sends. */
async function leg() {
  const time = new Time();
  const sent = [];
  const nothing = () => {};
  const made = new Leg({
    certificate: Promise.resolve(null),
    track: () => null,
    sends: () => ({ audio: true, video: false, screen: false }),
    parts: {
      timers: time,
      newConnection: (configuration) => new RTCPeerConnection(configuration),
      newStream: () => new MediaStream(),
      newId: () => "page",
      randomBytes: (count) => new Uint8Array(count),
      networkKind: () => undefined,
    },
    send: (frame) => sent.push(frame),
    ...{ changed: nothing, connected: nothing, renew: nothing, lost: nothing, stepDown: nothing, left: nothing, stepped: nothing },
  });
  const servers = { ice_servers: [], relay_only: false };
  await made.connect({ about: ABOUT, polite: true, pictures: false, again: false, rung: "direct", next: null, servers });
  return { made, states: () => sent.filter(({ t }) => t === "SendMediaState").length };
}

export async function test_who_asks_anew_for_the_state_is_told_it_at_once() {
  const { made, states } = await leg();
  const told = { t: "MediaStateTold", ...ABOUT, audio: true, video: false, level: 4, wanted: 4 };
  const before = states();
  made.receive(told);
  equal(states(), before, "nobody asked");
  made.receive({ ...told, anew: true });
  equal(states(), before + 1, "asked");
  made.close();
}

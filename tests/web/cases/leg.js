import { Leg } from "/scripts/models/leg.js";
import { equal, until } from "./support/assert.js";
import { settle, Time } from "./support/time.js";

const ABOUT = { ticket: "t", call: "c", generation: 1 };

/** A leg, by default of the side that waits for the other's offer, and what it sends. */
async function leg({ polite = true, heard = () => {} } = {}) {
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
      newId: () => (polite ? "page" : "other"),
      randomBytes: (count) => new Uint8Array(count),
      networkKind: () => undefined,
    },
    send: (frame) => {
      sent.push(frame);
      heard(frame);
    },
    ...{ changed: nothing, connected: nothing, renew: nothing, lost: nothing, stepDown: nothing, left: nothing, stepped: nothing },
  });
  const servers = { ice_servers: [], relay_only: false };
  const connects = () => made.connect({ about: ABOUT, polite, pictures: false, again: false, rung: "direct", next: null, servers });
  return {
    made,
    connects,
    states: () => sent.filter(({ t }) => t === "SendMediaState").length,
    offers: () => sent.filter(({ kind }) => kind === "offer").length,
  };
}

const RELAYED = { SendDescription: "DescriptionRelayed", SendCandidate: "CandidateRelayed" };

export async function test_who_asks_anew_for_the_state_is_told_it_at_once() {
  const { made, connects, states } = await leg();
  await connects();
  const told = { t: "MediaStateTold", ...ABOUT, audio: true, video: false, level: 4, wanted: 4 };
  const before = states();
  made.receive(told);
  equal(states(), before, "nobody asked");
  made.receive({ ...told, anew: true });
  equal(states(), before + 1, "asked");
  made.close();
}

export async function test_an_offer_that_a_cut_line_lost_is_said_once_when_the_line_is_back() {
  let isCut = false;
  const sides = {};
  const heard = (to) => (frame) => {
    if (!isCut && frame.t in RELAYED) queueMicrotask(() => sides[to].made.receive({ ...frame, t: RELAYED[frame.t] }));
  };
  sides.applicant = await leg({ heard: heard("officer") });
  sides.officer = await leg({ polite: false, heard: heard("applicant") });
  const { officer, applicant } = sides;
  await Promise.all([applicant.connects(), officer.connects()]);
  await until(() => officer.made.state === "connected", "the two are connected");
  isCut = true;
  for (const [side, moved] of [[officer, true], [applicant, false]]) {
    const before = side.offers();
    side.made.networkChanged();
    await until(() => side.offers() > before, "the side looks for another path");
    const lost = side.offers();
    side.made.lineIsBack(moved);
    await settle();
    equal(side.offers(), lost + 1, moved ? "where a path is looked for at once" : "where the other side is asked to");
  }
  applicant.made.close();
  officer.made.close();
}

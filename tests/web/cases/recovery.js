import { Flow } from "/scripts/models/flow.js";
import { nextRung } from "/scripts/models/ice.js";
import { Recovery } from "/scripts/models/recovery.js";
import { equal, ok } from "./support/assert.js";
import { Time } from "./support/time.js";

/** A side of a call whose steps are written down. */
class Side {
  did = [];
  time = new Time();

  constructor(polite, { up = true, rung = "direct", told = true } = {}) {
    const note = (what) => () => this.did.push(what);
    this.recovery = new Recovery({
      timers: this.time,
      polite,
      restart: note("restart"),
      ask: note("ask"),
      renew: note("renew"),
      stepDown: rung === "audio" ? null : note("step down"),
      slow: note("slow"),
      connected: note("connected"),
      interrupted: told ? note("interrupted") : undefined,
      lost: note("lost"),
    });
    this.recovery.begin(false, rung);
    if (up) this.recovery.changed("connected");
    this.did = [];
  }

  back(moved, flows) {
    this.recovery.resumed({ moved, flows });
    return this.did.splice(0);
  }
}

export async function test_after_a_cut_line_only_the_side_whose_address_changed_restarts_else_the_one_that_leads() {
  equal(new Side(true).back(true, false), ["restart"]);
  equal(new Side(false).back(true, false), ["restart"]);
  equal(new Side(false).back(false, false), ["restart"]);
  equal(new Side(true).back(false, false), ["ask"]);
  // Media that goes on is left alone, unless it cannot go on for long.
  equal(new Side(true).back(false, true), []);
  equal(new Side(false).back(false, true), []);
  equal(new Side(true).back(true, true), ["restart"]);
}

export async function test_who_is_asked_to_restart_does_so_once() {
  const side = new Side(false);
  side.recovery.asked();
  side.recovery.asked();
  equal(side.did, ["restart"]);
  await side.time.pass(1_501);
  side.recovery.asked();
  equal(side.did, ["restart", "restart"]);
}

export async function test_a_polite_side_that_was_not_heard_restarts_itself() {
  const side = new Side(true);
  side.recovery.changed("disconnected");
  equal(side.back(false, false), ["interrupted", "ask"]);
  await side.time.pass(3_000);
  equal(side.did, ["restart"]);
  side.recovery.changed("connected");
  await side.time.pass(60_000);
  equal(side.did, ["restart", "connected"]);
}

export async function test_silence_is_a_lost_path_whatever_the_browser_says_and_its_begin_and_end_are_told_once() {
  const leads = new Side(false);
  leads.recovery.silent(true);
  await leads.time.pass(0);
  equal(leads.did.splice(0), ["interrupted", "restart"]);
  leads.recovery.silent(true);
  leads.recovery.silent(false);
  leads.recovery.silent(false);
  await leads.time.pass(90_000);
  equal(leads.did.splice(0), ["connected"]);
  leads.recovery.silent(true);
  leads.recovery.changed("disconnected");
  await leads.time.pass(25_000);
  equal(leads.did, ["interrupted", "restart", "restart", "renew"]);
}

export async function test_a_loss_that_the_service_counts_too_is_given_up_here_a_little_later_and_others_after_45_seconds() {
  for (const [told, lostMs] of [[true, 60_000], [false, 45_000]]) {
    const side = new Side(false, { told });
    side.recovery.silent(true);
    await side.time.pass(lostMs - 1);
    ok(!side.did.includes("lost"), "there is time yet");
    await side.time.pass(1);
    equal(side.did.at(-1), "lost");
  }
}

export async function test_nobody_looks_for_a_path_to_a_page_that_has_gone_but_the_service_hears_of_it() {
  const side = new Side(false);
  side.recovery.away(true);
  // What does not come from there is not missed, and no sign that it is back.
  side.recovery.silent(true);
  side.recovery.silent(false);
  await side.time.pass(59_999);
  equal(side.did, ["interrupted"]);
  await side.time.pass(1);
  equal(side.did, ["interrupted", "lost"]);
  const other = new Side(false);
  other.recovery.away(true);
  await other.time.pass(20_000);
  other.recovery.away(false);
  await other.time.pass(90_000);
  equal(other.did, ["interrupted", "connected"], "it came back");
}

/** Packets as the browser counts them. */
function flowing(time, expected = () => true) {
  const heard = { packets: 0, told: [] };
  const stats = () => Promise.resolve(new Map([["a", { type: "inbound-rtp", packetsReceived: heard.packets }]]));
  const flow = new Flow({ timers: time, stats, expected, told: (silent) => heard.told.push(silent) });
  return { flow, heard };
}

export async function test_three_seconds_without_packets_are_noticed_and_so_is_their_return() {
  const time = new Time();
  const { flow, heard } = flowing(time);
  await time.pass(5_000);
  equal([flow.flows, flow.silent, heard.told], [false, false, []]);
  for (let second = 0; second < 3; second += 1) {
    heard.packets += 50;
    await time.pass(1_000);
  }
  equal([flow.flows, flow.silent], [true, false]);
  await time.pass(2_000);
  equal([flow.flows, flow.silent], [false, false]);
  await time.pass(1_000);
  equal([flow.silent, heard.told], [true, [true]]);
  heard.packets += 1;
  await time.pass(1_000);
  equal([flow.flows, flow.silent, heard.told], [true, false, [true, false]]);
  flow.stop();
  await time.pass(9_000);
  equal(heard.told, [true, false]);
}

export async function test_nothing_is_missed_from_a_side_that_sends_nothing_or_while_this_page_slept() {
  const time = new Time();
  let sends = true;
  const { flow, heard } = flowing(time, () => sends);
  heard.packets = 50;
  await time.pass(1_000);
  sends = false;
  await time.pass(20_000);
  equal(flow.silent, false);
  sends = true;
  await time.sleep(20_000);
  equal(flow.silent, false);
  await time.pass(3_000);
  equal(flow.silent, true);
}

export async function test_setup_says_after_6_seconds_that_it_tries_another_way_and_steps_down_in_time() {
  const direct = new Side(false, { up: false });
  await direct.time.pass(5_999);
  equal([direct.did, direct.recovery.isSlow], [[], false]);
  await direct.time.pass(1);
  equal([direct.did, direct.recovery.isSlow], [["slow"], true]);
  await direct.time.pass(14_000);
  equal(direct.did, ["slow", "step down"]);
  await direct.time.pass(15_000);
  equal(direct.did, ["slow", "step down", "lost"]);
  const relay = new Side(false, { up: false, rung: "relay" });
  await relay.time.pass(15_000);
  equal(relay.did, ["slow", "step down"]);
  const audio = new Side(false, { up: false, rung: "audio" });
  await audio.time.pass(10_000);
  equal(audio.did.at(-1), "lost");
}

export async function test_each_way_is_tried_once_by_the_side_that_leads() {
  const ice_servers = [{ urls: ["turn:127.0.0.1:3478"] }];
  const call = { media: "video", accepted_media: "video", ice_servers };
  equal(nextRung(call), "relay");
  equal(nextRung({ ...call, polite: true }), null);
  equal(nextRung({ ...call, ice_servers: [{ urls: "stun:127.0.0.1" }] }), "audio");
  equal(nextRung({ ...call, relay_only: true }), "audio");
  equal(nextRung({ ...call, rung: "relay", relay_only: true }), "audio");
  equal(nextRung({ ...call, rung: "audio", accepted_media: "audio" }), null);
  // Pictures that were there once are not given up for good.
  equal(nextRung({ ...call, rung: "relay", relay_only: true, connected_at: 1 }), null);
  equal(nextRung({ ...call, ice_servers: [], accepted_media: "audio" }), null);
}

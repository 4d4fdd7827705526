import { equal, ok } from "./support/assert.js";
import { Service } from "./support/service.js";

const pong = (service, values = {}) => service.socket.says({ t: "Pong", n: 0, now: service.time.ms, seqs: {}, ...values });

export async function test_it_pings_at_the_pace_the_server_asked_for() {
  const service = await new Service().online();
  for (let second = 0; second < 100; second += 1) {
    await service.time.pass(1_000);
    await pong(service);
  }
  const pings = service.socket.of("Ping");
  ok(pings.length >= 10 && pings.length <= 13, `${pings.length} pings in 100 s`);
  equal(pings.slice(0, 3).map(({ n }) => n), [1, 2, 3]);
  equal(service.sockets.length, 1);
}

export async function test_a_silent_connection_is_left_for_a_new_one_without_waiting_for_its_close() {
  const service = await new Service().online();
  await service.time.pass(24_999);
  equal(service.sockets.length, 1);
  await service.time.pass(1);
  equal([service.sockets.length, service.channel.state.name], [2, "offline"]);
  equal(service.sockets[0].closedWith, 4002);
  await service.welcome();
  equal(service.channel.state.name, "online");
}

export async function test_in_a_call_a_dead_line_is_found_in_three_seconds() {
  const service = await new Service().online();
  const call = {};
  await service.time.pass(9_000);
  service.channel.watchClosely(call, true);
  await service.time.pass(2_999);
  equal(service.sockets.length, 1);
  equal(service.socket.of("Ping").length, 3);
  await service.time.pass(1);
  equal(service.sockets.length, 2);
}

export async function test_the_line_is_watched_closely_until_the_last_call_is_over() {
  const service = await new Service().online();
  const [one, other] = [{}, {}];
  service.channel.watchClosely(one, true);
  service.channel.watchClosely(other, true);
  service.channel.watchClosely(one, false);
  await service.time.pass(1_000);
  await pong(service);
  await service.time.pass(1_000);
  equal(service.socket.of("Ping").length, 2);
  await pong(service);
  service.channel.watchClosely(other, false);
  await service.time.pass(7_000);
  equal(service.socket.of("Ping").length, 2);
}

export async function test_somebody_who_looks_again_finds_out_within_four_seconds() {
  const service = await new Service().online();
  service.channel.wake();
  equal(service.socket.of("Ping").length, 1);
  await service.time.pass(3_999);
  equal(service.sockets.length, 1);
  await service.time.pass(1);
  equal(service.sockets.length, 2);
}

export async function test_a_machine_that_is_on_a_network_again_dials_at_once_whatever_it_was_doing() {
  const service = await new Service().online();
  service.channel.onNetwork();
  equal([service.sockets.length, service.channel.state.name], [2, "offline"]);
  await service.time.pass(100);
  service.channel.onNetwork();
  equal([service.sockets.length, service.sockets[1].closedWith], [3, 1000], "the dial that nobody answers is given up");
  await service.welcome();
  equal(service.channel.state.name, "online");
  service.channel.stop();
  service.channel.onNetwork();
  equal(service.sockets.length, 3);
}

export async function test_in_a_call_a_dead_line_is_dialled_again_within_seconds_and_never_exchanged_for_requests() {
  const service = await new Service().online();
  service.random = 1;
  const opened = [];
  service.opened = (failed) => opened.push(failed);
  service.channel.watchClosely({}, true);
  await service.time.pass(20_000);
  equal(opened, [0, 0, 0, 0], "after three seconds, then every four and a half");
  await service.socket.closes(1006);
  await service.time.pass(500);
  equal(service.sockets.length, 6);
}

export async function test_an_answered_probe_keeps_the_connection() {
  const service = await new Service().online();
  service.channel.wake();
  await pong(service, { n: 1 });
  await service.time.pass(5_000);
  equal(service.sockets.length, 1);
}

export async function test_somebody_who_looks_again_does_not_wait_for_the_next_try() {
  const service = new Service();
  service.random = 1;
  service.channel.start();
  for (const ms of [500, 1_000, 2_000, 4_000]) {
    await service.socket.closes(1006);
    await service.time.pass(ms);
  }
  await service.socket.closes(1006);
  const before = service.sockets.length;
  service.channel.wake();
  equal(service.sockets.length, before + 1);
}

export async function test_a_page_that_was_frozen_asks_before_it_gives_the_connection_up() {
  const service = await new Service().online();
  await service.time.sleep(120_000);
  equal(service.sockets.length, 1);
  ok(service.socket.of("Ping").length >= 1, "it asked");
  await pong(service, { n: 1 });
  await service.time.pass(10_000);
  equal(service.sockets.length, 1);
  await service.time.sleep(120_000);
  await service.time.pass(4_000);
  equal(service.sockets.length, 2);
}

export async function test_a_pong_that_knows_more_asks_for_a_fresh_welcome_once() {
  const service = await new Service().online();
  service.channel.holdings = { seqs: () => ({ ticket1: 4 }), revision: () => null };
  await pong(service, { seqs: { ticket1: 5 } });
  await service.time.pass(999);
  equal(service.socket.of("Refresh").length, 0);
  await service.time.pass(1);
  equal(service.socket.of("Refresh"), [{ t: "Refresh", seqs: { ticket1: 4 } }]);
  for (let second = 0; second < 30; second += 1) {
    await pong(service, { seqs: { ticket1: 5 } });
    await service.time.pass(1_000);
  }
  equal(service.socket.of("Refresh").length, 1, "what a welcome did not heal is not asked for at every pong");
  await pong(service, { seqs: { ticket1: 6 } });
  await service.time.pass(1_000);
  equal(service.socket.of("Refresh").length, 2);
}

export async function test_an_entry_right_behind_its_pong_asks_for_nothing() {
  const service = await new Service().online();
  let seq = 4;
  service.channel.holdings = { seqs: () => ({ ticket1: seq }), revision: () => null };
  await pong(service, { seqs: { ticket1: 5 } });
  seq = 5;
  await service.time.pass(5_000);
  equal(service.socket.of("Refresh").length, 0);
}

export async function test_a_lost_change_of_duty_or_a_closed_conversation_is_found() {
  const service = await new Service().online();
  service.channel.holdings = { seqs: () => ({}), revision: () => 3 };
  await pong(service, { revision: 4 });
  await service.time.pass(1_000);
  equal(service.socket.of("Refresh").length, 1);
  service.channel.holdings = { seqs: () => ({ gone: 9 }), revision: () => 4 };
  await service.time.pass(3_000);
  await pong(service, { revision: 4 });
  await service.time.pass(1_000);
  equal(service.socket.of("Refresh").length, 2);
}

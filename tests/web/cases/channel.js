import { CLOSES } from "/scripts/wire.js";
import { equal, ok, refused } from "./support/assert.js";
import { Service, message } from "./support/service.js";

export async function test_the_first_frame_names_stream_csrf_and_ticket_and_only_a_welcome_makes_it_online() {
  const service = new Service();
  const names = [];
  service.channel.onState(({ name }) => names.push(name));
  service.channel.start();
  await service.socket.opens();
  equal(service.socket.sent, [{ t: "Hello", v: 1, stream: "stream-of-this-tab", csrf: "csrf1", ticket: "ticket1" }]);
  equal(service.channel.state.name, "connecting");
  await service.welcome();
  equal(names, ["connecting", "online"]);
}

export async function test_a_returning_page_says_what_it_holds() {
  const service = await new Service().online();
  service.channel.holdings = { seqs: () => ({ ticket1: 7 }), revision: () => null };
  await service.socket.closes(1012);
  await service.time.pass(1_000);
  await service.socket.opens();
  const [hello] = service.socket.of("Hello");
  equal([hello.epoch, hello.seqs], ["epoch1", { ticket1: 7 }]);
}

export async function test_each_close_code_is_followed_as_the_table_says() {
  for (const [code, { returns }] of Object.entries(CLOSES)) {
    const service = await new Service({ renew: async () => "csrf2" }).online();
    await service.socket.closes(Number(code));
    await service.time.pass(0);
    equal(service.sockets.length, returns === "resume_now" ? 2 : 1, `${code} at once`);
    await service.time.pass(1_000);
    const back = returns === "resume" || returns === "resume_now" || returns === "anew";
    equal(service.sockets.length > 1, back, `${code} within a second`);
    const stays = returns === "no" || returns === "reload";
    equal(service.channel.state.name, stays ? "stopped" : "offline", `${code}`);
    equal(service.channel.state.close.returns, returns);
    await service.time.pass(120_000);
    equal(service.sockets.length > 1, !stays, `${code} within two minutes`);
  }
}

export async function test_a_code_that_is_not_ours_is_the_networks_and_is_resumed() {
  for (const code of [1005, 1006, 1011, 1013, 3000]) {
    const service = await new Service().online();
    await service.socket.closes(code);
    await service.time.pass(500);
    equal(service.sockets.length, 2, String(code));
  }
}

export async function test_waiting_times_grow_with_full_jitter_up_to_half_a_minute() {
  for (const random of [0, 0.25, 1]) {
    const service = new Service();
    service.random = random;
    service.channel.start();
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const ceiling = Math.min(30_000, 500 * 2 ** attempt);
      const before = service.sockets.length;
      await service.socket.closes(1006);
      await service.time.pass(Math.max(0, random * ceiling - 1));
      equal(service.sockets.length, random === 0 ? before + 1 : before, `attempt ${attempt} too early`);
      await service.time.pass(1);
      equal(service.sockets.length, before + 1, `attempt ${attempt}`);
    }
  }
}

export async function test_a_connection_that_proved_good_starts_the_waiting_times_again() {
  const service = new Service();
  service.random = 1;
  service.channel.start();
  for (const ms of [500, 1_000, 2_000]) {
    await service.socket.closes(1006);
    await service.time.pass(ms);
  }
  await service.welcome();
  for (let beat = 0; beat < 4; beat += 1) {
    await service.time.pass(8_000);
    await service.socket.says({ t: "Pong", n: 0, now: 0, seqs: {} });
  }
  const before = service.sockets.length;
  await service.socket.closes(1006);
  await service.time.pass(500);
  equal(service.sockets.length, before + 1);
}

export async function test_a_flood_waits_a_minute_once_and_then_stays_away() {
  const service = await new Service().online();
  await service.socket.closes(4429);
  service.channel.wake();
  await service.time.pass(74_999);
  equal(service.sockets.length, 1);
  await service.time.pass(1);
  equal(service.sockets.length, 2);
  await service.welcome();
  await service.socket.closes(4429);
  equal(service.channel.state.name, "stopped");
}

export async function test_who_was_replaced_stays_away_until_asked_to_come_back() {
  const service = await new Service().online();
  await service.socket.closes(4009);
  service.channel.wake();
  await service.time.pass(600_000);
  equal([service.sockets.length, service.channel.state.close.code], [1, 4009]);
  service.channel.start();
  await service.welcome();
  equal(service.channel.state.name, "online");
}

export async function test_an_ended_session_is_renewed_and_the_new_csrf_used() {
  const service = await new Service({ renew: async () => "csrf2" }).online();
  await service.socket.closes(4100);
  await service.time.pass(500);
  await service.socket.opens();
  equal(service.socket.of("Hello")[0].csrf, "csrf2");
  equal(service.stream.id, "stream-of-this-tab");
}

export async function test_a_session_that_cannot_be_renewed_stops_the_page() {
  const service = await new Service().online();
  await service.socket.closes(4100);
  await service.time.pass(60_000);
  equal([service.sockets.length, service.channel.state.name, service.channel.state.close.returns], [1, "stopped", "anew"]);
}

export async function test_a_network_fault_while_renewing_is_no_reason_to_stop() {
  let tries = 0;
  const renew = async () => {
    tries += 1;
    if (tries === 1) throw new TypeError("failed to fetch");
    return "csrf2";
  };
  const service = await new Service({ renew }).online();
  await service.socket.closes(4100);
  await service.time.pass(500);
  await service.socket.closes(4100);
  await service.time.pass(1_000);
  await service.socket.opens();
  equal(service.socket.of("Hello")[0].csrf, "csrf2");
}

export async function test_a_refused_resume_moves_unanswered_orders_to_a_new_stream() {
  const service = await new Service().online();
  service.channel.order(message("one"));
  await service.acks(1, 1);
  const second = service.channel.order(message("two"));
  await service.socket.closes(4103);
  await service.time.pass(500);
  await service.socket.opens();
  const [hello] = service.socket.of("Hello");
  equal([hello.stream, hello.epoch ?? null, hello.seqs ?? null], ["another-stream-1", null, null]);
  await service.welcome();
  equal(service.socket.of("PostMessage"), [{ t: "PostMessage", ticket: "ticket1", text: "two", cseq: 1 }]);
  await service.acks(1, 2);
  equal((await second).seq, 2);
}

export async function test_a_socket_that_does_not_open_or_welcome_in_eight_seconds_is_given_up() {
  const service = new Service();
  service.channel.start();
  await service.time.pass(8_000 + 250);
  equal(service.sockets.length, 2);
  ok(service.sockets[0].closedWith !== null, "the first was closed");
  await service.socket.opens();
  await service.time.pass(7_999);
  equal(service.sockets.length, 2);
  await service.time.pass(1 + 500);
  equal(service.sockets.length, 3);
}

export async function test_a_service_that_is_about_to_restart_is_left_when_it_says() {
  const service = await new Service().online();
  await service.socket.says({ t: "ReconnectAsked", after_ms: 4_210, why: "deploy" });
  await service.time.pass(4_209);
  equal(service.sockets.length, 1);
  await service.time.pass(1);
  equal(service.sockets.length, 2);
  await service.sockets[0].says({ t: "EntryAdded", ticket: "ticket1", entry: {} });
  await service.welcome();
  equal(service.channel.state.name, "online");
}

export async function test_ephemeral_frames_are_dropped_while_offline() {
  const service = new Service();
  service.channel.start();
  await service.socket.opens();
  equal(service.channel.send({ t: "Typing", ticket: "ticket1" }), false);
  await service.welcome();
  equal(service.channel.send({ t: "Typing", ticket: "ticket1" }), true);
  equal(service.socket.of("Typing").length, 1);
}

export async function test_a_press_that_must_not_wait_is_refused_while_offline() {
  const service = new Service();
  service.channel.start();
  equal((await refused(service.channel.order({ t: "ServeNext" }, { now: true }))).code, "offline");
  await service.welcome();
  equal(service.socket.of("ServeNext").length, 0);
}

export async function test_one_listeners_fault_keeps_nothing_from_the_others() {
  const service = await new Service().online();
  const heard = [];
  const stop = service.channel.onFrame(({ t }) => heard.push(t));
  await service.socket.says({ t: "SomethingOfNextYear", values: [] });
  stop();
  await service.socket.says({ t: "TypingShown", ticket: "ticket1", by: "officer" });
  equal(heard, ["SomethingOfNextYear"]);
}

export async function test_the_servers_clock_is_known_from_the_quickest_answer() {
  const service = await new Service().online({ now: 5_000_000 });
  const ahead = 5_000_000 - service.time.ms;
  const pong = (n, now) => service.socket.says({ t: "Pong", n, now, seqs: {} });
  equal(service.channel.clock.now() - service.time.ms, ahead);
  await service.time.pass(5_000);
  await pong(1, service.time.ms + ahead - 50);
  equal(service.channel.clock.now() - service.time.ms, ahead, "a slow answer is trusted less");
  await service.time.pass(9_000);
  await pong(2, service.time.ms + ahead - 7_000);
  ok(service.channel.clock.now() - service.time.ms < ahead - 3_000, "an answer that contradicts it is believed");
}

import { equal, ok, refused } from "./support/assert.js";
import { Service, message } from "./support/service.js";
import { settle } from "./support/time.js";

const cseqs = (service) => service.socket.of("PostMessage").map(({ cseq }) => cseq);
const refusal = (cseq, code, values = {}) => ({ t: "Refused", code, cseq, ...values });

export async function test_orders_wait_for_the_welcome_and_leave_in_order() {
  const service = new Service();
  service.channel.start();
  const promises = ["one", "two", "three"].map((text) => service.channel.order(message(text)));
  await service.socket.opens();
  equal(service.socket.of("PostMessage").length, 0);
  await service.welcome();
  equal(service.socket.of("PostMessage").map(({ cseq, text }) => [cseq, text]), [[1, "one"], [2, "two"], [3, "three"]]);
  for (const cseq of [1, 2, 3]) await service.acks(cseq, cseq + 10);
  equal((await Promise.all(promises)).map(({ seq }) => seq), [11, 12, 13]);
  equal(service.channel.pending, []);
}

export async function test_what_was_not_answered_is_sent_again_under_its_own_number() {
  const service = await new Service().online();
  const first = service.channel.order(message("one"));
  const second = service.channel.order(message("two"));
  await service.acks(1, 1);
  await first;
  await service.socket.closes(1006);
  await service.time.pass(500);
  await service.welcome({ last_cseq: 1 });
  equal(service.socket.of("PostMessage"), [{ t: "PostMessage", ticket: "ticket1", text: "two", cseq: 2 }]);
  await service.acks(2, 2);
  equal((await second).seq, 2);
}

export async function test_an_order_that_was_done_but_not_answered_is_repeated_to_learn_its_answer() {
  const service = await new Service().online();
  const order = service.channel.order(message("one"));
  await service.socket.closes(1006);
  await service.time.pass(500);
  await service.welcome({ last_cseq: 1 });
  equal(cseqs(service), [1]);
  await service.acks(1, 41);
  equal((await order).seq, 41);
}

export async function test_an_answer_that_comes_twice_settles_once() {
  const service = await new Service().online();
  const answers = [];
  service.channel.onAnswer(({ acked }) => answers.push(acked.seq));
  service.channel.order(message("one"));
  await service.acks(1, 1);
  await service.acks(1, 1);
  equal(answers, [1]);
}

export async function test_a_retryable_refusal_is_tried_again_in_order_after_the_time_it_says() {
  const service = await new Service().online();
  const promises = ["one", "two", "three"].map((text) => service.channel.order(message(text)));
  await service.socket.says(refusal(1, "rate_limited", { retry_ms: 1_500 }));
  await service.socket.says(refusal(2, "out_of_order"));
  await service.socket.says(refusal(3, "out_of_order"));
  await service.time.pass(1_499);
  equal(cseqs(service), [1, 2, 3]);
  await service.time.pass(1);
  equal(cseqs(service), [1, 2, 3, 1, 2, 3]);
  for (const cseq of [1, 2, 3]) await service.acks(cseq, cseq);
  equal((await Promise.all(promises)).length, 3);
}

export async function test_orders_given_while_one_waits_do_not_overtake_it() {
  const service = await new Service().online();
  service.channel.order(message("one"));
  await service.socket.says(refusal(1, "busy", { retry_ms: 1_000 }));
  service.channel.order(message("two"));
  equal(cseqs(service), [1]);
  await service.time.pass(1_000);
  equal(cseqs(service), [1, 1, 2]);
}

export async function test_a_final_refusal_consumes_its_number_and_the_next_goes_on() {
  const service = await new Service().online();
  const first = refused(service.channel.order(message("one")));
  const second = service.channel.order(message("two"));
  await service.socket.says(refusal(1, "ended", { values: { label: "B-014" } }));
  await service.acks(2, 1);
  const error = await first;
  equal([error.code, error.values], ["ended", { label: "B-014" }]);
  equal((await second).seq, 1);
  service.channel.order(message("three"));
  equal(cseqs(service), [1, 2, 3]);
}

export async function test_only_so_many_are_on_their_way_at_once() {
  const service = await new Service().online();
  for (let count = 0; count < 40; count += 1) service.channel.order(message(String(count)));
  equal(cseqs(service).length, 16);
  await service.acks(1, 1);
  equal(cseqs(service).length, 17);
}

export async function test_an_order_nobody_answers_is_sent_again_after_a_while() {
  const service = await new Service().online();
  service.channel.order(message("one"));
  for (let second = 0; second < 15; second += 1) {
    await service.time.pass(1_000);
    await service.socket.says({ t: "Pong", n: 0, now: 0, seqs: {} });
  }
  equal(cseqs(service), [1, 1]);
}

export async function test_numbers_go_on_from_the_servers_when_it_forgot_the_stream() {
  const record = { id: "stream-of-this-tab", next: 51, notes: {}, pending: [{ frame: { ...message("late"), cseq: 50 }, at: 0 }] };
  const service = await new Service({ record }).online({ last_cseq: 0 });
  equal(cseqs(service), [1]);
  service.channel.order(message("next"));
  equal(cseqs(service), [1, 2]);
}

export async function test_a_count_that_differs_is_healed_by_a_new_connection() {
  const service = await new Service().online();
  service.channel.order(message("one"));
  for (let tries = 0; tries < 4; tries += 1) {
    await service.socket.says(refusal(1, "out_of_order"));
    await service.time.pass(500);
  }
  equal(service.sockets.length, 2);
  await service.welcome({ last_cseq: 7 });
  await service.acks(1, 1);
}

export async function test_a_press_of_a_minute_ago_does_not_happen_late_but_a_message_does() {
  const service = await new Service().online();
  const press = service.channel.order({ t: "ServeNext" });
  const words = service.channel.order(message("one"));
  await service.socket.closes(1006);
  const error = refused(press);
  await service.time.pass(61_000);
  await service.comesBack({ last_cseq: 0 });
  equal((await error).code, "expired");
  equal(service.socket.sent.slice(1).map(({ t, cseq }) => [t, cseq]), [["PostMessage", 1]]);
  await service.acks(1, 1);
  equal((await words).seq, 1);
}

export async function test_a_press_that_was_carried_out_is_never_called_expired() {
  const service = await new Service().online();
  const press = service.channel.order({ t: "ServeNext" });
  await service.socket.closes(1012);
  await service.time.pass(61_000);
  await service.comesBack({ last_cseq: 1 });
  await service.acks(1);
  equal((await press).cseq, 1);
}

export async function test_unanswered_orders_survive_a_reload() {
  const before = await new Service().online();
  before.channel.order(message("one"));
  await before.acks(1, 1);
  before.channel.order(message("two"));
  before.channel.order(message("three"));
  await settle();
  const after = new Service({ record: before.saved });
  const answers = [];
  after.channel.onAnswer(({ frame, acked }) => answers.push([frame.text, acked.seq]));
  await after.online({ last_cseq: 2 });
  equal(cseqs(after), [2, 3]);
  await after.acks(2, 2);
  await after.acks(3, 3);
  equal(answers, [["two", 2], ["three", 3]]);
  after.channel.order(message("four"));
  equal(cseqs(after), [2, 3, 4]);
}

export async function test_a_fresh_welcome_on_the_same_connection_sends_nothing_again() {
  const service = await new Service().online();
  service.channel.order(message("one"));
  await service.socket.says({ ...(await import("./support/service.js")).welcomeFrame({ now: service.time.ms }), last_cseq: 0 });
  equal(cseqs(service), [1]);
  ok(service.channel.pending.length === 1, "still unanswered");
}

import { PollSocket } from "/scripts/models/poll_socket.js";
import { equal, ok } from "./support/assert.js";
import { Service, message, welcomeFrame } from "./support/service.js";
import { Time, settle } from "./support/time.js";

/** The service behind requests: each is answered by the test. */
class Requests {
  time = new Time();
  asked = [];
  heard = [];
  closes = [];
  seqs = {};
  works = false;

  constructor() {
    const ask = (kind) => (query, headers, ...rest) =>
      new Promise((resolve, reject) => {
        const signal = rest.at(-1);
        signal.addEventListener("abort", () => reject(signal.reason));
        const [body, bytes] = kind === "post" ? [JSON.parse(rest[0]), new Blob([rest[0]]).size] : [null, 0];
        this.asked.push({ kind, query, headers, body, bytes, resolve, reject });
      });
    this.socket = new PollSocket({
      get: ask("get"),
      post: ask("post"),
      socketsWork: async () => this.works,
      seqs: () => this.seqs,
      timers: this.time,
    });
    this.socket.onopen = () => this.says({ t: "Hello", v: 1, stream: "stream-of-this-tab", csrf: "csrf1", ticket: "ticket1" });
    this.socket.onmessage = ({ data }) => this.heard.push(JSON.parse(data));
    this.socket.onclose = ({ code }) => this.closes.push(code);
  }

  says(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  of(kind) {
    return this.asked.filter((asked) => asked.kind === kind);
  }

  async answer(kind, frames = [], more = {}) {
    this.of(kind).at(-1).resolve({ now: this.time.ms, connection: "c1", close: null, frames, ...more });
    await settle();
  }

  async welcomed() {
    await this.time.pass(0);
    await this.answer("get", [welcomeFrame()]);
    return this;
  }
}

export async function test_the_first_request_says_hello_and_the_next_say_what_is_held() {
  const requests = await new Requests().welcomed();
  const [first] = requests.of("get");
  equal(first.query, { ticket: "ticket1", after: "" });
  equal(first.headers["X-Consult-Csrf"], "csrf1");
  equal(requests.heard.map(({ t }) => t), ["WelcomeApplicant"]);
  requests.seqs = { ticket1: 4 };
  await requests.time.pass(1_000);
  const [, second] = requests.of("get");
  equal(second.query, { ticket: "ticket1", epoch: "epoch1", after: "ticket1:4" });
  equal(second.headers["X-Consult-Connection"], "c1");
}

export async function test_orders_go_out_in_order_one_request_at_a_time() {
  const requests = await new Requests().welcomed();
  for (const cseq of [1, 2, 3]) requests.says({ ...message(String(cseq)), cseq });
  equal(requests.of("post").map(({ body }) => body.frames.map(({ cseq }) => cseq)), [[1]]);
  await requests.answer("post", [{ t: "Acked", cseq: 1, at: 0 }]);
  equal(requests.of("post").at(-1).body.frames.map(({ cseq }) => cseq), [2, 3]);
  equal(requests.heard.at(-1), { t: "Acked", cseq: 1, at: 0 });
}

export async function test_many_long_messages_go_out_in_portions_that_the_service_reads() {
  const requests = await new Requests().welcomed();
  // As long as a message may be, of letters that take three bytes each.
  const long = "字".repeat(4_000);
  for (let cseq = 1; cseq <= 14; cseq += 1) requests.says({ ...message(long), cseq });
  // As long as a frame may be, of what has to be written as six; alone, it is for the service to judge.
  requests.says({ ...message("\u0001".repeat(11_000)), cseq: 15 });
  for (let cseq = 16; cseq <= 60; cseq += 1) requests.says({ ...message("pendek"), cseq });
  const sent = [];
  while (sent.length < 60) {
    const { body, bytes } = requests.of("post").at(-1);
    ok(bytes <= 65_536 || body.frames.length === 1, `${bytes} bytes of ${body.frames.length} frames`);
    ok(body.frames.length <= 32, `${body.frames.length} frames`);
    sent.push(...body.frames.map(({ cseq }) => cseq));
    await requests.answer("post");
  }
  equal(sent, Array.from({ length: 60 }, (_, index) => index + 1));
  equal(requests.of("post").map(({ body }) => body.frames.length), [1, 4, 4, 4, 1, 1, 32, 13]);
}

export async function test_a_ping_is_answered_by_any_answer_of_the_service() {
  const requests = await new Requests().welcomed();
  requests.says({ t: "Ping", n: 7 });
  ok(!requests.heard.some(({ t }) => t === "Pong"), "not by itself");
  await requests.answer("post");
  equal(requests.heard.at(-1), { t: "Pong", n: 7, now: requests.time.ms, seqs: {} });
}

export async function test_a_refresh_asks_for_the_snapshot_at_once() {
  const requests = await new Requests().welcomed();
  await requests.time.pass(1_000);
  requests.says({ t: "Refresh", seqs: {} });
  await settle();
  equal(requests.of("get").map(({ query }) => query.now), [undefined, undefined, "1"]);
  equal(requests.closes, []);
}

export async function test_a_lost_network_and_a_close_code_end_it_once() {
  const lost = await new Requests().welcomed();
  await lost.time.pass(1_000);
  lost.of("get").at(-1).reject(new TypeError("network"));
  await settle();
  equal(lost.closes, [1006]);
  const replaced = await new Requests().welcomed();
  await replaced.time.pass(1_000);
  await replaced.answer("get", [], { close: 4009 });
  await replaced.time.pass(120_000);
  equal(replaced.closes, [4009]);
  equal(replaced.of("get").length, 2);
}

export async function test_a_socket_is_tried_soon_and_then_each_minute_and_taken_when_it_opens() {
  const soon = await new Requests().welcomed();
  soon.works = true;
  await soon.time.pass(2_000);
  equal(soon.closes, [4002]);
  const requests = await new Requests().welcomed();
  await requests.time.pass(72_000);
  equal(requests.closes, []);
  requests.works = true;
  await requests.time.pass(60_000);
  equal(requests.closes, [4002]);
}

export async function test_a_call_that_rings_tries_a_socket_at_once() {
  const requests = await new Requests().welcomed();
  for (const ms of [2_000, 10_000]) await requests.time.pass(ms);
  requests.works = true;
  await requests.time.pass(1_000);
  await requests.answer("get", [{ t: "CallChanged", call: { id: "c1", ticket: "ticket1", stage: "ringing" } }]);
  await requests.time.pass(0);
  await settle();
  equal(requests.closes, [4002]);
}

export async function test_three_sockets_without_a_welcome_are_told_and_a_welcome_forgets_them() {
  const failed = [];
  const service = new Service();
  service.opened = (count) => failed.push(count);
  service.channel.start();
  for (let tries = 0; tries < 4; tries += 1) {
    await service.socket.closes(1006);
    await service.time.pass(10_000);
  }
  ok(failed.includes(3), failed.join());
  await service.comesBack();
  failed.length = 0;
  await service.socket.closes(1006);
  await service.time.pass(20_000);
  equal(failed[0], 0);
}

import { equal, ok, refused } from "./support/assert.js";
import { Service, message } from "./support/service.js";

const busy = (cseq) => ({ t: "Refused", code: "busy", cseq, retry_ms: 1_000 });

/** Answers the first order with `busy` for so long, and those behind it as they deserve. */
async function putsOff(service, ms) {
  for (let passed = 0; passed < ms; passed += 1_000) {
    for (const { frame } of service.channel.pending) {
      await service.socket.says(frame.cseq === 1 ? busy(1) : { t: "Refused", code: "out_of_order", cseq: frame.cseq });
    }
    await service.time.pass(1_000);
  }
}

export async function test_what_the_service_says_of_itself_holds_until_it_takes_it_back() {
  const service = await new Service().online();
  const told = [];
  service.channel.disruption.onChange((lasts) => told.push(lasts));
  await service.socket.says({ t: "DisruptionTold", lasts: true });
  await service.socket.says({ t: "DisruptionTold", lasts: true });
  ok(service.channel.disruption.lasts, "it lasts");
  await service.socket.says({ t: "DisruptionTold", lasts: false });
  equal(told, [true, false]);
}

export async function test_with_the_connection_goes_what_was_known() {
  const service = await new Service().online();
  await service.socket.says({ t: "DisruptionTold", lasts: true });
  await service.socket.closes(1006);
  equal(service.channel.disruption.lasts, false);
  await service.comesBack();
  equal(service.channel.disruption.lasts, false);
}

export async function test_an_order_put_off_for_some_seconds_is_a_disruption_until_it_is_answered() {
  const service = await new Service().online();
  const order = service.channel.order(message("one"));
  await putsOff(service, 3_000);
  equal(service.channel.disruption.lasts, false, "after three seconds");
  await putsOff(service, 2_000);
  equal(service.channel.disruption.lasts, true, "after five");
  await service.acks(1, 7);
  equal((await order).seq, 7);
  equal(service.channel.disruption.lasts, false, "once answered");
  await service.time.pass(60_000);
  equal(service.channel.disruption.lasts, false, "a minute later");
}

export async function test_one_that_the_service_kept_for_long_before_it_put_it_off_is_a_disruption_at_once() {
  const service = await new Service().online();
  service.channel.order(message("one"));
  await service.time.pass(5_000);
  await service.socket.says(busy(1));
  await service.time.pass(0);
  equal(service.channel.disruption.lasts, true);
}

export async function test_silence_and_haste_are_none() {
  const service = await new Service().online();
  service.channel.order(message("one"));
  await service.time.pass(9_000);
  equal(service.channel.disruption.lasts, false, "the network's silence");
  for (let tries = 0; tries < 6; tries += 1) {
    await service.socket.says({ t: "Refused", code: "rate_limited", cseq: 1, retry_ms: 1_000 });
    await service.time.pass(1_000);
  }
  equal(service.channel.disruption.lasts, false, "somebody in a hurry");
}

export async function test_what_was_meant_for_that_moment_is_not_done_a_minute_later() {
  const service = await new Service().online();
  const ready = refused(service.channel.order({ t: "BeReady" }));
  const said = service.channel.order(message("one"));
  await putsOff(service, 62_000);
  await service.time.pass(1_000);
  equal(service.sockets.length, 2, "asks a new connection what was done");
  await service.welcome();
  equal((await ready).code, "expired");
  equal(service.socket.sent.filter(({ cseq }) => cseq).map(({ t }) => t), ["PostMessage"]);
  await service.acks(1, 3);
  equal((await said).seq, 3);
}

export async function test_a_service_that_cannot_welcome_is_not_asked_by_requests() {
  const service = new Service();
  const failed = [];
  service.opened = (times) => failed.push(times);
  service.channel.start();
  for (let tries = 0; tries < 5; tries += 1) {
    await service.socket.opens();
    await service.socket.closes(4000);
    const before = service.sockets.length;
    while (service.sockets.length === before) await service.time.pass(250);
  }
  equal(failed, [0, 0, 0, 0, 0, 0]);
}

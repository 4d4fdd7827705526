import { Transcript } from "/scripts/models/transcript.js";
import { equal } from "./support/assert.js";
import { Service } from "./support/service.js";

const SEEN = { applicant_delivered: 0, applicant_read: 0, officer_delivered: 0, officer_read: 0 };

const entry = (seq, by, text, at = seq * 1_000) => ({ seq, at, kind: "message", by, name: by, text });

async function open(entries) {
  const service = await new Service().online();
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  const transcript = new Transcript({ channel: service.channel, ticket: "ticket1", side: "applicant", timers: service.time, storage });
  transcript.take({ entries, whole: true, seen: SEEN });
  return { service, transcript };
}

export async function test_own_messages_that_a_restore_lost_are_offered_again_and_no_others() {
  const all = [entry(1, "officer", "one"), entry(2, "applicant", "two"), entry(3, "applicant", "three"), entry(4, "officer", "four")];
  const { service, transcript } = await open(all);
  transcript.take({ entries: all, whole: true, seen: SEEN });
  equal(transcript.unsent, []);
  transcript.take({ entries: [all[0], entry(2, "officer", "another", 9_000)], whole: true, seen: SEEN });
  equal(transcript.unsent.map(({ text, state, code }) => [text, state, code]), [
    ["two", "refused", "lost_by_restore"],
    ["three", "refused", "lost_by_restore"],
  ]);
  transcript.again(transcript.unsent[0].id);
  equal(service.socket.of("PostMessage").map(({ text }) => text), ["two"]);
}

export async function test_entries_are_shown_in_order_without_a_gap_and_once() {
  const { service, transcript } = await open([entry(1, "officer", "one")]);
  transcript.add(entry(3, "officer", "three"));
  equal(transcript.entries.map(({ seq }) => seq), [1]);
  transcript.add(entry(2, "officer", "two"));
  transcript.add(entry(2, "officer", "two"));
  equal(transcript.entries.map(({ seq }) => seq), [1, 2, 3]);
  await service.time.pass(10_000);
  equal(service.socket.of("Refresh"), [], "the gap closed by itself");
  transcript.add(entry(5, "officer", "five"));
  await service.time.pass(1_000);
  equal(service.socket.of("Refresh").length, 1);
}

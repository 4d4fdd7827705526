import { Usage } from "/scripts/models/usage.js";
import { equal, ok } from "./support/assert.js";
import { Stream, emptyRecord } from "/scripts/models/stream.js";

/** What a tab keeps over a reload, and how often it was written down. */
function tab() {
  const kept = { record: emptyRecord("tab"), writes: 0 };
  const save = (record) => {
    kept.record = structuredClone(record);
    kept.writes += 1;
  };
  const opens = () => new Stream({ record: structuredClone(kept.record), save, newId: () => "other" });
  return { kept, opens };
}

export async function test_a_calls_cost_goes_on_over_a_reload_and_the_next_call_begins_with_nothing() {
  const { opens } = tab();
  const before = new Usage(opens());
  before.add("call1", 70_000);
  before.add("call1", 20_000);
  before.keep("call1");
  const after = new Usage(opens());
  equal([after.of("call1"), after.of("call2"), after.of(null)], [90_000, 0, 0]);
  after.add("call1", 1_000);
  equal(after.of("call1"), 91_000);
  after.add("call2", 500);
  equal([after.of("call1"), after.of("call2")], [0, 500]);
  after.keep("call2");
  equal(new Usage(opens()).of("call2"), 500);
}

export async function test_it_is_written_down_as_seldom_as_can_be_seen() {
  const { kept, opens } = tab();
  const usage = new Usage(opens());
  for (let second = 0; second < 100; second += 1) usage.add("call1", 5_000);
  equal([usage.of("call1"), kept.writes], [500_000, 10]);
  usage.keep("call1");
  equal(kept.writes, 10, "nothing new");
  ok(new Usage(opens()).of("call1") === 500_000, "all of it");
}

export async function test_a_page_that_leaves_writes_nothing_of_another_call() {
  const { opens } = tab();
  const [mine, other] = [new Usage(opens()), new Usage(opens())];
  mine.add("call1", 10);
  other.add("call2", 60_000);
  mine.keep("call2");
  equal(new Usage(opens()).of("call2"), 60_000);
}

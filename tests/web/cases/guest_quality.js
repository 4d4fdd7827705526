import { GuestQuality } from "/scripts/models/guest_quality.js";
import { Stream, emptyRecord } from "/scripts/models/stream.js";
import { equal } from "./support/assert.js";

/** A guest's page of the tab that keeps `record`. */
function page(record, { savesData = false } = {}) {
  const it = { call: "call1", changes: 0 };
  const notes = new Stream({ record, save: () => {}, newId: () => "other" });
  it.quality = new GuestQuality({ notes, savesData, call: () => it.call, changed: () => (it.changes += 1) });
  return it;
}

export async function test_what_a_guest_wishes_and_what_it_cost_outlive_a_reload() {
  const record = emptyRecord("tab");
  const before = page(record);
  equal([before.quality.saving, before.quality.bytes], [false, 0]);
  before.quality.save(true);
  equal(before.changes, 1, "its legs are told");
  before.quality.counted(30_000);
  before.quality.counted(10_000);
  before.quality.leavesPage();
  const after = page(structuredClone(record));
  equal([after.quality.saving, after.quality.bytes], [true, 40_000]);
  after.call = null;
  after.quality.counted(1_000);
  after.quality.leavesPage();
  equal(after.quality.bytes, 0, "between two calls");
  after.call = "call2";
  equal(after.quality.bytes, 0);
}

export async function test_a_browser_that_saves_data_is_asked_where_nobody_said() {
  const record = emptyRecord("tab");
  const first = page(record, { savesData: true });
  equal(first.quality.saving, true);
  first.quality.save(false);
  equal(page(structuredClone(record), { savesData: true }).quality.saving, false);
}

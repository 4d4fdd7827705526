import { HiddenAddress } from "/scripts/models/hidden_address.js";
import { equal } from "./support/assert.js";

/** What a device keeps. */
function device(kept = {}) {
  return {
    getItem: (name) => kept[name] ?? null,
    setItem: (name, value) => (kept[name] = value),
    removeItem: (name) => delete kept[name],
  };
}

export async function test_a_wish_to_be_hidden_is_kept_on_the_device_and_holds_where_there_is_a_relay() {
  const kept = device();
  const first = new HiddenAddress(kept);
  equal([first.offered, first.chosen], [false, false], "nobody asked for it");
  first.offered = true;
  equal(first.chosen, false);
  first.choose(true);
  const again = new HiddenAddress(kept);
  equal(again.chosen, false, "not known to be had yet");
  again.offered = true;
  equal(again.chosen, true);
  again.choose(false);
  const last = new HiddenAddress(kept);
  last.offered = true;
  equal(last.chosen, false);
}

export async function test_where_nothing_can_be_kept_it_holds_for_the_page() {
  const forbidden = () => {
    throw new DOMException("", "SecurityError");
  };
  const address = new HiddenAddress({ getItem: forbidden, setItem: forbidden, removeItem: forbidden });
  address.offered = true;
  address.choose(true);
  equal(address.chosen, true);
  address.choose(false);
  equal(address.chosen, false);
}

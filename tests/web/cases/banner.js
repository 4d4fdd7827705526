import { bannerView } from "/scripts/views/banner.js";
import { equal } from "./support/assert.js";

/** A strip over a channel whose state is said by the case. */
function strip() {
  const place = document.createElement("div");
  /** @type {() => void} */
  let changed = () => undefined;
  const channel = {
    state: { name: "online", sinceMs: performance.now(), polls: false, close: null, attempt: 0 },
    onState: (tell) => ((changed = tell), () => undefined),
    disruption: { lasts: false, onChange: () => () => undefined },
  };
  bannerView(place, channel);
  return {
    shows: () => place.firstElementChild.hidden === false,
    becomes(name, agoMs = 0) {
      channel.state = { ...channel.state, name, sinceMs: performance.now() - agoMs };
      changed();
    },
  };
}

export async function test_a_blink_of_the_network_needs_no_words() {
  const { shows, becomes } = strip();
  becomes("offline");
  equal(shows(), false, "at once");
  becomes("online");
  equal(shows(), false, "back within the second");
}

export async function test_who_is_away_for_longer_is_told() {
  const { shows, becomes } = strip();
  becomes("offline", 1_001);
  equal(shows(), true);
  becomes("online");
  equal(shows(), false);
}

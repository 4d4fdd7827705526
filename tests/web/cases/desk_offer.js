import { offerView } from "/scripts/views/desk_offer.js";
import { equal } from "./support/assert.js";

const PARTS = ["await", "await-words", "told", "card", "label", "name", "service", "channel", "wait", "application", "checkrow", "check"];
const MORE_PARTS = ["seconds", "seconds-words", "arc", "fault", "fault-words"];
const OFFER = { ticket: "t", attempt: 1, label: "B-014", name: "Ibu Sari", service_name: "SIPP", application_number: "", channel: "chat", units: 1, wait_seconds: 60 };

/** The place of an offer whose page takes the time to be `now()`. */
function shown(offer, now) {
  const place = document.createElement("section");
  for (const name of [...PARTS, ...MORE_PARTS, "accept", "pass"]) {
    const part = document.createElement(name === "accept" || name === "pass" ? "button" : "p");
    part.dataset.part = name;
    place.append(part);
  }
  const view = offerView(place, { desk: { offer }, now, accept() {}, pass() {} });
  return { view, part: (name) => place.querySelector(`[data-part="${name}"]`) };
}

export async function test_no_more_seconds_are_shown_than_the_offer_has() {
  // This page believes that it is three seconds earlier than it is.
  let now = 1_000_000;
  const { view, part } = shown({ ...OFFER, expires_at: now + 28_000, lasts_ms: 25_000 }, () => now);
  const seen = () => [part("seconds").textContent, part("arc").getAttribute("stroke-dasharray")];
  equal(seen(), ["25", "100 100"], "at once");
  now += 8_000;
  view.update();
  equal(seen(), ["20", "80 100"], "five seconds later");
  now += 30_000;
  view.update();
  equal(seen(), ["0", "0 100"], "when it is over");
}

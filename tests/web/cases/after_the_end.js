import { Refusal } from "/scripts/models/refusal.js";
import { ratingView } from "/scripts/views/rating.js";
import { reopenView } from "/scripts/views/reopen.js";
import { equal } from "./support/assert.js";
import { settle } from "./support/time.js";

const DAY_MS = 86_400_000;

/** What a tab keeps. */
function tab(kept = {}) {
  return {
    getItem: (name) => kept[name] ?? null,
    setItem: (name, value) => (kept[name] = value),
    removeItem: (name) => delete kept[name],
  };
}

/** An element with these parts in it. @param {Record<string, string>} parts name -> element */
function placeOf(parts) {
  const place = document.createElement("section");
  for (const [name, tag] of Object.entries(parts)) {
    const part = document.createElement(tag);
    part.dataset.part = name;
    place.append(part);
  }
  document.body.append(place);
  return { place, part: (name) => place.querySelector(`[data-part="${name}"]`) };
}

function ratingPlace() {
  const { place, part } = placeOf({ "rating-form": "form", "rating-thanks": "p" });
  part("rating-thanks").tabIndex = -1;
  for (const score of [5, 4, 3, 2, 1]) {
    const mark = Object.assign(document.createElement("input"), { type: "radio", name: "score", value: String(score) });
    part("rating-form").append(mark);
  }
  for (const [name, tag] of [["rating-remark", "textarea"], ["rating-fault", "p"]]) {
    const node = document.createElement(tag);
    node.dataset.part = name;
    part("rating-form").append(node);
  }
  const words = document.createElement("span");
  words.dataset.part = "rating-fault-words";
  part("rating-fault").append(words);
  return { place, part, mark: (score) => place.querySelector(`input[value="${score}"]`) };
}

/** @param {HTMLElement} form */
async function sends(form) {
  form.dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
  await settle();
}

export async function test_what_was_written_stays_when_it_could_not_be_sent_and_over_a_reload() {
  const said = [];
  let answer = () => Promise.reject(new Refusal("offline"));
  const ticket = {
    rated: null,
    rateUntil: DAY_MS,
    rate(score, remark) {
      said.push([score, remark]);
      return answer();
    },
  };
  const storage = tab();
  const parts = { ticket, now: () => 0, storage, draftKey: "draft:t:rating" };
  const { part, mark } = ratingPlace();
  ratingView(part("rating-form").parentElement, parts);
  await sends(part("rating-form"));
  equal([said.length, part("rating-fault").hidden], [0, false], "an answer must be chosen");
  mark(4).checked = true;
  part("rating-remark").value = "Jelas.";
  part("rating-form").dispatchEvent(new Event("input", { bubbles: true }));
  await sends(part("rating-form"));
  equal(said, [[4, "Jelas."]]);
  equal([part("rating-fault").hidden, part("rating-remark").value, mark(4).checked], [false, "Jelas.", true]);

  const again = ratingPlace();
  const view = ratingView(again.place, parts);
  equal([again.part("rating-remark").value, again.mark(4).checked], ["Jelas.", true]);
  answer = async () => {
    ticket.rated = 4;
    view.update();
  };
  await sends(again.part("rating-form"));
  equal([again.part("rating-form").hidden, again.part("rating-thanks").hidden], [true, false]);
  equal(storage.getItem("draft:t:rating"), null);
}

export async function test_nothing_is_asked_where_nobody_served_or_a_week_has_gone_by() {
  for (const rateUntil of [null, 0]) {
    const { place } = ratingPlace();
    ratingView(place, { ticket: { rated: null, rateUntil }, now: () => 1, storage: tab(), draftKey: "d" });
    equal(place.hidden, true, String(rateUntil));
  }
}

export async function test_a_number_is_taken_up_again_by_one_order_for_a_day() {
  let orders = 0;
  let refuse = (_) => {};
  const ticket = {
    reopenUntil: DAY_MS,
    priorityMinutes: 30,
    wasServed: true,
    reopen() {
      orders += 1;
      return new Promise((_, reject) => (refuse = reject));
    },
  };
  let now = 0;
  const { place, part } = placeOf({ act: "button", "act-words": "span", hint: "p", fault: "p", "fault-words": "span" });
  const view = reopenView(place, { ticket, now: () => now });
  view.update();
  equal(place.hidden, false);
  part("act").click();
  part("act").click();
  equal(orders, 1, "a second tap while the first is under way");
  refuse(new Refusal("closed_hours"));
  await settle();
  equal([part("fault").hidden, part("fault-words").textContent !== ""], [false, true]);
  part("act").click();
  equal(orders, 2, "and may be tried again");
  now = DAY_MS + 1;
  view.update();
  equal(place.hidden, true);
}

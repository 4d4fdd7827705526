// @ts-check

/** @typedef {import("./unsent.js").KeyValueStore} KeyValueStore */

const NAME = "consult.hidden";

/** Whether nobody in a call is to learn this person's network address: a choice of this device, where the office has a relay. */
export class HiddenAddress {
  /** The office has a relay, so that it can be kept. */
  offered = false;
  #storage;
  #chosen;

  /** @param {KeyValueStore} storage */
  constructor(storage) {
    this.#storage = storage;
    this.#chosen = attempt(() => storage.getItem(NAME)) === "yes";
  }

  get chosen() {
    return this.offered && this.#chosen;
  }

  /** From the next call on. @param {boolean} on */
  choose(on) {
    this.#chosen = on;
    attempt(() => (on ? this.#storage.setItem(NAME, "yes") : this.#storage.removeItem(NAME)));
  }
}

/** A forbidden store keeps nothing; then it holds for as long as the page. @template T @param {() => T} task */
function attempt(task) {
  try {
    return task();
  } catch {
    return null;
  }
}

// @ts-check
// The shortest round trip of a path: what a longer one has more is time in a queue.

const WINDOW_MS = 60_000;

/** The shortest of the last one or two minutes: a way through another network may be longer for ever, and no queue is. */
export class ShortestTrip {
  #path = "";
  #latest = Infinity;
  #before = Infinity;
  #since = -Infinity;

  /** In milliseconds; Infinity while nothing was measured. */
  get ms() {
    return Math.min(this.#latest, this.#before);
  }

  /** @param {string} path whose round trip it is: another one begins anew @param {number} ms @param {number} at when it was measured */
  add(path, ms, at) {
    if (path !== this.#path) this.forget();
    this.#path = path;
    if (at - this.#since > WINDOW_MS) {
      this.#before = at - this.#since > 2 * WINDOW_MS ? Infinity : this.#latest;
      this.#latest = Infinity;
      this.#since = at;
    }
    this.#latest = Math.min(this.#latest, ms);
  }

  forget() {
    this.#latest = this.#before = Infinity;
    this.#since = -Infinity;
  }
}

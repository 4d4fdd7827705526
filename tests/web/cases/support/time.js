/** Time that passes only when a test says so. */
export class Time {
  ms = 1_000_000;
  #last = 0;
  #tasks = new Map();

  now = () => this.ms;

  setTimeout = (task, ms) => {
    this.#last += 1;
    this.#tasks.set(this.#last, { task, at: this.ms + ms });
    return this.#last;
  };

  clearTimeout = (id) => {
    this.#tasks.delete(id);
  };

  /** Lets time pass; what becomes due is done in order. */
  async pass(ms) {
    const end = this.ms + ms;
    for (let due = this.#due(end); due; due = this.#due(end)) {
      this.ms = Math.max(this.ms, due.at);
      this.#tasks.delete(due.id);
      due.task();
      await settle();
    }
    this.ms = end;
    await settle();
  }

  /** The machine sleeps: time passes and nothing is done until it wakes, then all that is due at once. */
  async sleep(ms) {
    this.ms += ms;
    await this.pass(0);
  }

  #due(end) {
    const due = [...this.#tasks].map(([id, task]) => ({ id, ...task })).filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at || a.id - b.id)[0];
  }
}

/** Lets everything that is already on its way happen. */
export function settle() {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

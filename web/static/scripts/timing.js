// @ts-check

/** @typedef {import("./models/timers.js").Timers} Timers */

/** Timers that keep time while nobody looks at the page. @returns {Timers} */
export function steadyTimers() {
  /** @type {Map<number, () => void>} */
  const tasks = new Map();
  /** @type {Worker} */
  let worker;
  try {
    worker = new Worker(new URL("./pace.js", import.meta.url), { type: "module" });
  } catch {
    return pageTimers();
  }
  let last = 0;
  const run = (/** @type {number} */ id) => {
    const task = tasks.get(id);
    tasks.delete(id);
    task?.();
  };
  worker.addEventListener("message", ({ data }) => run(data));
  let broken = false;
  worker.addEventListener("error", () => {
    broken = true;
    // Nothing will come back from it: what waits there waits here instead.
    for (const id of tasks.keys()) setTimeout(() => run(id), 1000);
  });
  return {
    now: () => performance.now(),
    setTimeout(task, ms) {
      last += 1;
      const id = last;
      tasks.set(id, task);
      if (broken) setTimeout(() => run(id), ms);
      else worker.postMessage({ id, ms });
      return id;
    },
    clearTimeout(id) {
      if (tasks.delete(id) && !broken) worker.postMessage({ id, ms: null });
    },
  };
}

/** @returns {Timers} */
function pageTimers() {
  return {
    now: () => performance.now(),
    setTimeout: (task, ms) => setTimeout(task, ms),
    clearTimeout: (id) => clearTimeout(id),
  };
}

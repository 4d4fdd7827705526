// @ts-check
// A worker that only waits. Browsers slow the timers of pages nobody looks at down to one a minute; an officer who reads another tab
// would be taken for lost. Timers of workers keep time.

/** @type {Map<number, number>} */
const waiting = new Map();

self.addEventListener("message", ({ data }) => {
  const { id, ms } = /** @type {{ id: number, ms: number | null }} */ (data);
  clearTimeout(waiting.get(id));
  waiting.delete(id);
  if (ms === null) return;
  waiting.set(
    id,
    setTimeout(() => {
      waiting.delete(id);
      self.postMessage(id);
    }, ms),
  );
});

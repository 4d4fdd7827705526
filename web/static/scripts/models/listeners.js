// @ts-check

/** Who wants to hear of something. One listener's fault does not keep the others from hearing. @template T */
export class Listeners {
  /** @type {Set<(value: T) => void>} */
  #all = new Set();

  /** @param {(value: T) => void} listener @returns {() => void} stops listening */
  add(listener) {
    // A function of its own each time: the same listener added twice is told twice and stopped one by one.
    /** @param {T} value */
    const own = (value) => listener(value);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  /** @param {T} value */
  tell(value) {
    for (const listener of [...this.#all]) {
      try {
        listener(value);
      } catch (fault) {
        reportFault(fault);
      }
    }
  }
}

/** Lets a fault reach the console and the page's error event without stopping who found it. @param {unknown} fault */
export function reportFault(fault) {
  queueMicrotask(() => {
    throw fault;
  });
}

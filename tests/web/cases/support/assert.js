/** @param {unknown} actual @param {unknown} expected @param {string} [about] */
export function equal(actual, expected, about = "") {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`${about} expected ${wanted}, got ${got}`);
}

export function ok(truth, about) {
  if (!truth) throw new Error(`not so: ${about}`);
}

/** The error a promise is rejected with. */
export async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
}

/** Waits until `truth()`; fails after a while. */
export async function until(truth, about, ms = 10_000) {
  const end = performance.now() + ms;
  while (!(await truth())) {
    if (performance.now() > end) throw new Error(`did not come true: ${about}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

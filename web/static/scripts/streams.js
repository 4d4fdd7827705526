// @ts-check
import { Stream, emptyRecord } from "./models/stream.js";
import { forgetPhotos } from "./photo_tools.js";

/** @typedef {import("./models/stream.js").StreamRecord} StreamRecord */
/** @typedef {StreamRecord & { savedAt: number }} SavedRecord */

// Shorter than the service remembers a stream's answers: an order must not be sent again when its first answer is forgotten.
const KEPT_MS = 20 * 3_600_000;
const RELOAD_MS = 1_000;

/**
 * This tab's stream of orders, held so that no other tab has it: the one of before a reload, else one that a closed tab left with
 * orders unanswered, else a new one. A duplicated tab gets its own.
 * @param {string} owner @returns {Promise<Stream>}
 */
export async function claimStream(owner) {
  const place = new Place(owner);
  const record = (await reclaimed(place)) ?? (await adopted(place));
  if (record) return place.stream(record);
  const fresh = emptyRecord(newId());
  await hold(place.lockName(fresh.id), { ifAvailable: true });
  return place.stream(fresh);
}

/** Removes all that this browser keeps for `owner`, such as messages that were never sent. @param {string} owner */
export function forget(owner) {
  const place = new Place(owner);
  for (const { id } of place.records()) place.remove(id);
  attempt(() => sessionStorage.removeItem(place.prefix));
  attempt(() => localStorage.removeItem(`consult.refused.${owner}`));
  forgetPhotos(owner).catch(() => {});
}

/** @param {Place} place @returns {Promise<SavedRecord | null>} */
async function reclaimed(place) {
  const id = attempt(() => sessionStorage.getItem(place.prefix));
  if (!id || !navigator.locks) return null;
  // The page before the reload may still be leaving.
  const held = await hold(place.lockName(id), { signal: AbortSignal.timeout(RELOAD_MS) });
  return held ? place.read(id) : null;
}

/** @param {Place} place @returns {Promise<SavedRecord | null>} */
async function adopted(place) {
  if (!navigator.locks) return null;
  for (const record of place.records()) {
    const old = Date.now() - record.savedAt > KEPT_MS;
    if (!old && record.pending.length === 0) continue;
    if (!(await hold(place.lockName(record.id), { ifAvailable: true }))) continue;
    if (!old) return record;
    place.remove(record.id);
  }
  return null;
}

/** Takes a lock until the page is gone. @param {string} name @param {LockOptions} options @returns {Promise<boolean>} */
function hold(name, options) {
  if (!navigator.locks) return Promise.resolve(false);
  return new Promise((resolve) => {
    const request = navigator.locks.request(name, options, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => {});
    });
    request.catch(() => resolve(false));
  });
}

/** Where an owner's streams are kept in this browser. */
class Place {
  /** @param {string} owner */
  constructor(owner) {
    this.prefix = `consult.stream.${owner}`;
  }

  /** @param {string} id */
  lockName(id) {
    return `${this.prefix}.${id}`;
  }

  /** @param {StreamRecord} record */
  stream(record) {
    attempt(() => sessionStorage.setItem(this.prefix, record.id));
    return new Stream({ record, newId, save: (kept) => this.#write(kept) });
  }

  /** @param {string} id @returns {SavedRecord | null} */
  read(id) {
    return attempt(() => JSON.parse(localStorage.getItem(`${this.prefix}.${id}`) ?? "null"));
  }

  /** @param {string} id */
  remove(id) {
    attempt(() => localStorage.removeItem(`${this.prefix}.${id}`));
  }

  /** @returns {SavedRecord[]} */
  records() {
    const keys = attempt(() => Object.keys(localStorage)) ?? [];
    return keys
      .filter((key) => key.startsWith(`${this.prefix}.`))
      .map((key) => this.read(key.slice(this.prefix.length + 1)))
      .filter((record) => record !== null);
  }

  /** @param {StreamRecord} record */
  #write(record) {
    // Without locks another tab could take it too, and orders would be mixed up: then it lives as long as this page.
    if (!navigator.locks) return;
    const saved = JSON.stringify({ ...record, savedAt: Date.now() });
    attempt(() => localStorage.setItem(`${this.prefix}.${record.id}`, saved));
    attempt(() => sessionStorage.setItem(this.prefix, record.id));
  }
}

/** 128 random bits as a name. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Storage may be full, forbidden or hold nonsense: then there is nothing there. @template T @param {() => T} task @returns {T | null} */
function attempt(task) {
  try {
    return task();
  } catch {
    return null;
  }
}

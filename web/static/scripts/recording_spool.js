// @ts-check
// Slices of recordings until the service has them, in IndexedDB: a reload or a cut line loses none.

/** @typedef {import("./models/recording_parts.js").Slice} Slice */

const DATABASE = "consult.recordings";
const STORE = "slices";

/** @returns {import("./models/recording_parts.js").Spool} */
export function slicePlace() {
  /** @type {Promise<IDBDatabase> | null} */
  let opened = null;
  const database = () => (opened ??= open());

  /** @template T @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} ask @returns {Promise<T>} */
  const within = async (mode, ask) => {
    const transaction = (await database()).transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };

  return {
    add: async (slice) => void (await within("readwrite", (store) => store.put(slice))),
    first: async () => (await within("readonly", (store) => store.getAll(null, 1)))[0] ?? null,
    count: () => within("readonly", (store) => store.count()),
    remove: (slice) => within("readwrite", (store) => store.delete([slice.recording, slice.number])),
    drop: (recording) => within("readwrite", (store) => store.delete(IDBKeyRange.bound([recording, 0], [recording, Infinity]))),
  };
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["recording", "number"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// @ts-check
// What photos need from this browser: sending with progress, and a place that outlives a reload.

/** @typedef {import("./models/photos.js").Kept} Kept */
/** @typedef {import("./models/photos.js").Upload} Upload */

const SILENT_MS = 30_000;
const STORE = "photos";
// What the service answers for now and not for good.
const FOR_NOW = new Set([408, 425, 429]);

/** @returns {import("./models/photos.js").PhotoTools} */
export function photoTools() {
  return {
    newId: () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    upload,
    all: async (ticket) => (await ask("readonly", (store) => store.getAll())).filter((/** @type {Kept} */ photo) => photo.ticket === ticket),
    keep: (photo) => ask("readwrite", (store) => store.put(photo)),
    forget: (id) => ask("readwrite", (store) => store.delete(id)),
  };
}

/** Removes what this browser keeps for `ticket`. @param {string} ticket */
export async function forgetPhotos(ticket) {
  const tools = photoTools();
  for (const { id } of await tools.all(ticket)) await tools.forget(id);
}

/** The address of a photo that the service has. @param {string} ticket @param {string} id */
export function photoAddress(ticket, id) {
  return `/t/${encodeURIComponent(ticket)}/photos/${encodeURIComponent(id)}`;
}

/** @param {Kept} photo @param {string} csrf @param {(part: number) => void} progress @returns {Promise<Upload>} */
function upload({ id, ticket, caption, picture }, csrf, progress) {
  return new Promise((resolve) => {
    // Of all ways to send only this one says how much has gone.
    const request = new XMLHttpRequest();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let silence;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENT_MS);
    };
    request.open("PUT", photoAddress(ticket, id));
    request.setRequestHeader("Content-Type", picture.type || "application/octet-stream");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Consult-CSRF", csrf);
    request.setRequestHeader("X-Consult-Caption", encodeURIComponent(caption));
    request.upload.onprogress = ({ loaded, total }) => {
      heard();
      if (total > 0) progress(loaded / total);
    };
    request.onloadend = () => {
      clearTimeout(silence);
      resolve(outcome(request));
    };
    heard();
    request.send(picture);
  });
}

/** @param {XMLHttpRequest} request @returns {Upload} */
function outcome(request) {
  const { status } = request;
  if (status === 200 || status === 201) return { sent: true };
  if (status === 0 || status >= 500 || FOR_NOW.has(status)) {
    const seconds = status === 0 ? 0 : Number(request.getResponseHeader("Retry-After"));
    return { laterMs: seconds > 0 ? seconds * 1000 : null };
  }
  try {
    const { code, values } = JSON.parse(request.responseText);
    return { code: String(code), values: values ?? {} };
  } catch {
    return { code: "bad_request", values: {} };
  }
}

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} task @returns {Promise<any>} */
async function ask(mode, task) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = task(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("consult", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

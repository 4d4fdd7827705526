// @ts-check
import { Listeners } from "./listeners.js";
import { Alarm } from "./timers.js";

/** @typedef {{ id: string, ticket: string, caption: string, at: number, picture: Blob }} Kept what outlives a reload */
/**
 * `waiting`: for the network. `refused`: for the person, `code` says why.
 * @typedef {Kept & { state: "waiting" | "sending" | "refused", part: number, code?: string, values?: Record<string, string | number> }} UnsentPhoto
 */
/** @typedef {{ sent: true } | { code: string, values: Record<string, string | number> } | { laterMs: number | null }} Upload `laterMs`: the service names a time */
/**
 * @typedef {{
 *   newId: () => string,
 *   upload: (photo: Kept, csrf: string, progress: (part: number) => void) => Promise<Upload>,
 *   all: (ticket: string) => Promise<Kept[]>,
 *   keep: (photo: Kept) => Promise<void>,
 *   forget: (id: string) => Promise<void>,
 * }} PhotoTools `upload` never rejects; the other three may
 */
/**
 * @typedef {{
 *   channel: Pick<import("./channel.js").Channel, "csrf" | "state" | "disruption" | "onState" | "clock">,
 *   ticket: string,
 *   timers: import("./timers.js").Timers,
 *   tools: PhotoTools,
 * }} PhotosParts
 */

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** The photos of one conversation that the service does not have yet, sent one after the other under names of their own. */
export class Photos {
  #parts;
  /** @type {UnsentPhoto[]} */
  #unsent = [];
  #waitMs = FIRST_WAIT_MS;
  #later;
  #closed = false;
  #stops;
  /** @type {Listeners<void>} */
  #changes = new Listeners();

  /** @param {PhotosParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#later = new Alarm(parts.timers);
    this.#stops = [
      parts.channel.onState(({ name }) => {
        if (name === "online") this.#tryNow();
      }),
      parts.channel.disruption.onChange((lasts) => {
        if (!lasts) this.#tryNow();
      }),
    ];
    void this.#load();
  }

  /** In the order they were given. */
  get unsent() {
    return this.#unsent;
  }

  /** @param {() => void} listener */
  onChange(listener) {
    return this.#changes.add(listener);
  }

  /** @param {Blob} picture @param {string} caption */
  send(picture, caption) {
    const { tools, ticket, channel } = this.#parts;
    const photo = { id: tools.newId(), ticket, caption, at: channel.clock.now(), picture };
    this.#unsent = [...this.#unsent, { ...photo, state: "waiting", part: 0 }];
    // Forbidden or full: then it lives as long as this page.
    tools.keep(photo).catch(() => {});
    this.#changes.tell();
    this.#tryNow();
  }

  /** Tries a refused photo again. @param {string} id */
  again(id) {
    this.#change(id, { state: "waiting", part: 0 });
    this.#tryNow();
  }

  /** The person does not want to send it any more. @param {string} id */
  discard(id) {
    this.#unsent = this.#unsent.filter((photo) => photo.id !== id);
    this.#parts.tools.forget(id).catch(() => {});
    this.#changes.tell();
  }

  close() {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    this.#later.clear();
  }

  async #load() {
    const { tools, ticket } = this.#parts;
    const kept = await tools.all(ticket).catch(() => []);
    const here = new Set(this.#unsent.map(({ id }) => id));
    const found = kept.filter(({ id }) => !here.has(id)).sort((one, other) => one.at - other.at);
    if (found.length === 0 || this.#closed) return;
    this.#unsent = [...found.map((photo) => ({ ...photo, state: /** @type {const} */ ("waiting"), part: 0 })), ...this.#unsent];
    this.#changes.tell();
    this.#tryNow();
  }

  #tryNow() {
    this.#waitMs = FIRST_WAIT_MS;
    this.#later.clear();
    void this.#next();
  }

  async #next() {
    const { channel, tools } = this.#parts;
    const photo = this.#unsent.find(({ state }) => state !== "refused");
    if (this.#closed || !photo || photo.state === "sending" || channel.state.name !== "online") return;
    this.#change(photo.id, { state: "sending" });
    const upload = await tools.upload(photo, channel.csrf, (part) => this.#change(photo.id, { part }));
    if (this.#closed) return;
    if ("laterMs" in upload) return this.#wait(photo.id, upload.laterMs);
    if ("sent" in upload) this.discard(photo.id);
    else this.#change(photo.id, { state: "refused", code: upload.code, values: upload.values });
    this.#tryNow();
  }

  /** @param {string} id @param {number | null} laterMs */
  #wait(id, laterMs) {
    this.#change(id, { state: "waiting", part: 0 });
    this.#later.set(laterMs ?? this.#waitMs, () => void this.#next());
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }

  /** @param {string} id @param {Partial<UnsentPhoto>} change */
  #change(id, change) {
    this.#unsent = this.#unsent.map((photo) => (photo.id === id ? { ...photo, ...change } : photo));
    this.#changes.tell();
  }
}

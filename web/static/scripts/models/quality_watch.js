// @ts-check
import { figuresOf, noSums } from "./figures.js";
import { BEST, LEVELS, RECEIVING, SAVING, SENDING, calm, held, ladderAt, least, next, rested, settling, tryPart } from "./quality.js";
import { ShortestTrip } from "./shortest_trip.js";
import { Alarm } from "./timers.js";

/** @typedef {import("./quality.js").Level} Level */
/** @typedef {import("../wire.js").QualityStep} Step */
/**
 * @typedef {{
 *   timers: import("./timers.js").Timers,
 *   first: Level,
 *   statistics: () => Promise<import("./figures.js").Report> | null,
 *   connected: () => boolean,
 *   counted: (bytes: number) => void,
 *   looked: () => void,
 *   changed: (before: Level) => void,
 *   stepped: (report: { step: Step, level: Level }) => void,
 * }} WatchParts `connected`: something comes through; `counted`: sent and received since it was told last; `looked`: a second has passed; `changed`: the level or the wish is another; `stepped`: people should hear of it
 */

const LOOK_MS = 1_000;
// After a cut the browser begins its estimate anew, far too low.
const SETTLE_MS = 5_000;
// Where a line chokes no answer comes through, and the last one tells of better times.
const MEASURED_MS = 6_000;
// A voice that has waited behind large pictures is through before the smallest picture is tried: at most so long,
const REST_MS = 5_000;
// until it waits no longer than this.
const THROUGH_MS = 150;

/** Looks at a call's figures once a second and decides what this side sends and what it asks of the other. */
export class QualityWatch {
  #parts;
  #sending;
  #receiving = ladderAt();
  /** The most the other side wants. @type {Level} */
  #asked = BEST;
  /** What the other side sends in. @type {Level} */
  #levelHere = BEST;
  #askedToSave = false;
  /** The picture rests since then. @type {{ since: number, long: boolean } | null} */
  #rest = null;
  #saving = false;
  /** @type {import("./figures.js").Sums | null} */
  #sums = null;
  #shortest = new ShortestTrip();
  #roundTripMs = 0;
  #measuredAt = -Infinity;
  #settledAt = 0;
  #alarm;
  #turn = 0;

  /** @param {WatchParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#sending = ladderAt(parts.first);
    this.#alarm = new Alarm(parts.timers);
  }

  /** What this side sends in. @returns {Level} */
  get level() {
    return least(this.#sending.level, this.#asked, this.#saving ? SAVING : BEST);
  }

  /** @returns {import("./sending.js").Sent} */
  get sent() {
    return { level: this.level, part: this.#mayTry ? tryPart(this.#sending) : 0, rests: this.#rest !== null };
  }

  /** The most this side wants to receive. @returns {Level} */
  get wanted() {
    return least(this.#receiving.level, this.#saving ? SAVING : BEST);
  }

  get saving() {
    return this.#saving;
  }

  /** @returns {import("./sound_lines.js").SoundWish} */
  get sound() {
    return { packetMs: LEVELS[this.level].packetMs };
  }

  /** A new connection: what it counts begins at nothing. */
  begin() {
    this.#sums = null;
    this.#shortest.forget();
    this.#measuredAt = -Infinity;
    this.#turn += 1;
    this.#lookLater(this.#turn);
  }

  stop() {
    this.#turn += 1;
    this.#alarm.clear();
  }

  /** @param {boolean} on */
  save(on) {
    if (on === this.#saving) return;
    const before = this.level;
    this.#saving = on;
    this.#parts.stepped({ step: on ? "saving" : "saving_off", level: this.level });
    this.#parts.changed(before);
  }

  /** What the other side wants. @param {Level} most @param {boolean} saves because it saves data, and has said so itself */
  ask(most, saves) {
    const known = this.#askedToSave || saves;
    this.#askedToSave = saves;
    this.#move(() => (this.#asked = most), known);
  }

  /** What the other side sends in. @param {Level} level */
  hears(level) {
    if (level < this.#levelHere) this.#receiving = settling(this.#receiving);
    this.#levelHere = level;
  }

  /** Nothing but the path stands against a higher level. */
  get #mayTry() {
    return least(this.#asked, this.#saving ? SAVING : BEST) > this.#sending.level;
  }

  /** @param {number} turn */
  #lookLater(turn) {
    this.#alarm.set(LOOK_MS, () => void this.#look(turn));
  }

  /** @param {number} turn */
  async #look(turn) {
    try {
      const report = await this.#parts.statistics();
      if (turn !== this.#turn) return;
      if (report) this.#take(report);
      this.#parts.looked();
    } finally {
      if (turn === this.#turn) this.#lookLater(turn);
    }
  }

  /** @param {import("./figures.js").Report} report */
  #take(report) {
    const now = this.#parts.timers.now();
    const before = this.#sums ?? noSums(now);
    const first = this.#sums === null;
    const { sums, bytes, silent, roundTripMs, answerMs, path, figures } = figuresOf(report, before, now);
    this.#sums = sums;
    this.#parts.counted(bytes);
    for (const trip of [roundTripMs, answerMs]) if (trip !== null) this.#shortest.add(path, trip, now);
    if (roundTripMs !== null) [this.#roundTripMs, this.#measuredAt] = [roundTripMs, now];
    // A line that chokes is thought to be cut as well, though something comes through it.
    if (!this.#parts.connected() && sums.received === before.received) this.#settledAt = now + SETTLE_MS;
    const delayMs = now - this.#measuredAt > MEASURED_MS ? null : this.#roundTripMs - this.#shortest.ms;
    const voiceAlone = this.#restOn(now, roundTripMs === null ? null : delayMs);
    if (first) return;
    if (silent || now < this.#settledAt) {
      // Nothing comes through a cut line: that is no thin line.
      this.#sending = calm(this.#sending);
      this.#receiving = calm(this.#receiving);
      return;
    }
    const seen = { ...figures, delayMs, levelHere: this.#levelHere };
    const wanted = this.wanted;
    this.#receiving = next(this.#receiving, seen, RECEIVING);
    const asksAnew = wanted !== this.wanted;
    this.#move(() => voiceAlone || this.#send(seen), this.#saving, asksAnew);
  }

  /** @param {import("./quality.js").Figures} seen */
  #send(seen) {
    const before = this.level;
    this.#sending = this.#mayTry ? next(this.#sending, seen, SENDING) : held(next(held(this.#sending), seen, SENDING));
    // Sent again and again, the large pictures of before would keep the voice out of a line that has become thin (Chromium 156):
    // a picture that rests lets them be forgotten.
    if (this.level < before) this.#rest = { since: this.#parts.timers.now(), long: this.level === 1 && before > 2 };
  }

  /** @param {number} now @param {number | null} delayMs as measured since the last look @returns {boolean} nothing was seen of a picture */
  #restOn(now, delayMs) {
    if (!this.#rest) return false;
    const { since, long } = this.#rest;
    const through = delayMs !== null && delayMs <= THROUGH_MS;
    if (long && !through && now - since < REST_MS) return true;
    this.#rest = null;
    if (long) this.#sending = rested(this.#sending);
    return long;
  }

  /** @param {() => void} change @param {boolean} silent the people know already why @param {boolean} [tells] */
  #move(change, silent, tells = false) {
    const before = this.level;
    change();
    const { level } = this;
    if (level === before && !tells) return;
    if (level !== before && !silent) this.#parts.stepped({ step: stepOf(before, level), level });
    this.#parts.changed(before);
  }
}

/** @param {Level} before @param {Level} level @returns {Step} */
function stepOf(before, level) {
  if (level === 0) return "video_off";
  if (before === 0) return "video_on";
  return level < before ? "lowered" : "raised";
}

// @ts-check
// Where a call is heard: everybody's sound from the chosen speaker, for as long as that is there.
import { listed } from "../models/device_asking.js";

/** @typedef {import("../models/capture.js").Device} Device */
/** @typedef {Pick<import("../models/call_choices.js").CallChoices, "read" | "keep">} Choices */

/** Some elements that are heard together. The choice is kept; while its speaker is away the system's own is used. */
export class SoundOut {
  #heard;
  #choices;
  #follows = () => void this.follow();

  /** @param {HTMLMediaElement[]} heard @param {Choices} choices */
  constructor(heard, choices) {
    this.#heard = heard;
    this.#choices = choices;
    navigator.mediaDevices?.addEventListener("devicechange", this.#follows);
    this.#follows();
  }

  /** The one in use. */
  get id() {
    return this.#heard[0].sinkId || "default";
  }

  /** Those to choose from: none where this browser leaves it to the system, or does not tell yet. @returns {Promise<Device[]>} */
  async list() {
    if (!("setSinkId" in this.#heard[0])) return [];
    return listed((await navigator.mediaDevices?.enumerateDevices()) ?? [], "audiooutput");
  }

  /** @param {string} id */
  async choose(id) {
    try {
      await this.#play(id);
      this.#choices.keep({ speaker: id });
    } catch {
      // Unplugged meanwhile: what is heard stays where it was, and the list says so.
    }
  }

  /** The chosen one may have come or gone, or only now be known to this page. */
  async follow() {
    const { speaker } = this.#choices.read();
    const isThere = speaker !== "" && (await this.list()).some(({ id }) => id === speaker);
    // Taken away again just now: then the browser tells of another change.
    await this.#play(isThere ? speaker : "").catch(() => {});
  }

  close() {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#follows);
  }

  /** @param {string} id */
  async #play(id) {
    for (const element of this.#heard) if ((element.sinkId ?? "") !== id) await element.setSinkId(id);
  }
}

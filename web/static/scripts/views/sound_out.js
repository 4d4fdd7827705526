// @ts-check
// Where a call is heard: everybody's sound from the chosen speaker, for as long as that is there.
import { listed } from "../models/device_asking.js";

/** @typedef {import("../models/capture.js").Device} Device */
/** @typedef {Pick<import("../models/call_choices.js").CallChoices, "read" | "keep">} Choices */

/** Some elements that are heard together. The choice is kept; while its speaker is away the system's own is used. */
export class SoundOut {
  #heard;
  #choices;
  /** The chosen one while it is there; "": the system's own. */
  #wanted = "";
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

  /** Nothing changes where it was pulled out meanwhile. @param {string} id */
  async choose(id) {
    if (!(await this.#isThere(id))) return;
    this.#choices.keep({ speaker: id });
    this.#wanted = id;
    await this.tune();
  }

  /** The chosen one may have come or gone, or only now be known to this page. */
  async follow() {
    const { speaker } = this.#choices.read();
    this.#wanted = (await this.#isThere(speaker)) ? speaker : "";
    await this.tune();
  }

  /** To be called now and then: a stream without sound yet takes no speaker (Chromium 156). */
  async tune() {
    for (const element of this.#heard) {
      if ((element.sinkId ?? "") !== this.#wanted) await element.setSinkId(this.#wanted).catch(() => {});
    }
  }

  close() {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#follows);
  }

  /** @param {string} wanted */
  async #isThere(wanted) {
    return wanted !== "" && (await this.list()).some(({ id }) => id === wanted);
  }
}

// @ts-check
// Recording in the stage of a call: the question and its two answers, the standing mark, and asking from the settings.
import { t } from "../text.js";
import { clone, partsIn, show, words } from "./dom.js";
import { say } from "./speaker.js";

/** @typedef {import("../models/recording.js").Recording} Recording */

/** @param {HTMLElement} stage @param {Recording} recording @param {() => string} otherName @param {() => void} shut closes the settings */
export function recordingView(stage, recording, otherName, shut) {
  return new RecordingView(stage, recording, otherName, shut);
}

class RecordingView {
  #recording;
  #otherName;
  #root = clone("recording-template");
  #part = partsIn(this.#root);
  #ask = clone("recordask-template");
  #stop;
  #said = "";

  /** @param {HTMLElement} stage @param {Recording} recording @param {() => string} otherName @param {() => void} shut */
  constructor(stage, recording, otherName, shut) {
    this.#recording = recording;
    this.#otherName = otherName;
    stage.querySelector(".lower")?.prepend(this.#root);
    stage.querySelector('[data-part="camerafield"]')?.before(this.#ask);
    const press = (/** @type {Element} */ button, /** @type {() => Promise<unknown>} */ act) => button.addEventListener("click", () => void this.#do(act()));
    press(partsIn(this.#ask)("recordaskbutton"), () => {
      // What it comes to stands in the stage.
      shut();
      return recording.ask();
    });
    press(this.#part("recordagree"), () => recording.answer(true));
    press(this.#part("recordrefuse"), () => recording.answer(false));
    press(this.#part("recordwithdraw"), () => recording.withdraw());
    press(this.#part("recordstop"), () => recording.stop());
    press(this.#part("recordback"), () => recording.stop());
    this.#stop = recording.onChange(() => this.update());
    this.update();
  }

  close() {
    this.#stop();
  }

  update() {
    const { asksHere, isOn, waits, canAsk, side, shown, held } = this.#recording;
    const officer = side === "officer";
    show(this.#ask, canAsk);
    show(this.#part("recordmark"), isOn);
    show(this.#part("recordstop"), officer);
    show(this.#part("recordheld"), officer && held > 1);
    words(this.#part("recordheld"), t("record.held", { count: held }));
    show(this.#part("recordquestion"), asksHere);
    words(this.#part("recordwords"), t("record.question", { name: this.#otherName() }));
    words(this.#part("recordterms"), this.#recording.here ? t("record.terms", { days: shown?.keep_days ?? 0 }) : t("record.elsewhere"));
    show(this.#part("recordagree"), this.#recording.here);
    show(this.#part("recordwaiting"), waits);
    words(this.#part("recordwaits"), t(officer ? "record.asked" : "record.agreed", { name: this.#otherName() }));
    show(this.#part("recordback"), officer);
    show(this.#root, isOn || asksHere || waits);
    if (!isOn && !asksHere && !waits) show(this.#part("recordfault"), false);
    this.#say(asksHere ? t("record.question", { name: this.#otherName() }) : isOn ? t("record.mark") : "");
  }

  /** Said once when it changes. @param {string} text */
  #say(text) {
    if (text !== this.#said && text) say(text);
    this.#said = text;
  }

  /** @param {Promise<unknown>} order */
  async #do(order) {
    try {
      await order;
      show(this.#part("recordfault"), false);
    } catch (refusal) {
      const { code = "bad_request", values = {} } = /** @type {{ code?: string, values?: Record<string, string | number> }} */ (refusal);
      words(this.#part("recordfault"), t(`error.${code}`, values));
      show(this.#part("recordfault"), true);
      show(this.#root, true);
    }
  }
}

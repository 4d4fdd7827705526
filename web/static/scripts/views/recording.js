// @ts-check
// Recording in the stage of a call: the question and its two answers, the standing mark, and asking from the settings.
import { t } from "../text.js";
import { clone, partsIn, show, words } from "./dom.js";
import { say } from "./speaker.js";

/** @typedef {import("../models/recording.js").Recording} Recording */
/** @typedef {(who: string) => string} NameOf the others in the call: applicant, officer, guest */

/** @param {HTMLElement} stage @param {Recording} recording @param {NameOf} nameOf @param {() => void} [shut] closes the settings */
export function recordingView(stage, recording, nameOf, shut) {
  return new RecordingView(stage, recording, nameOf, shut);
}

class RecordingView {
  #recording;
  #nameOf;
  #root = clone("recording-template");
  #part = partsIn(this.#root);
  #ask = clone("recordask-template");
  #stop;
  #said = "";
  /** The recording whose end was read and closed. */
  #closed = "";

  /** @param {HTMLElement} stage @param {Recording} recording @param {NameOf} nameOf @param {() => void} [shut] */
  constructor(stage, recording, nameOf, shut) {
    this.#recording = recording;
    this.#nameOf = nameOf;
    stage.querySelector(".lower")?.prepend(this.#root);
    stage.querySelector('[data-part="camerafield"]')?.before(this.#ask);
    const press = (/** @type {Element} */ button, /** @type {() => Promise<unknown>} */ act) => button.addEventListener("click", () => void this.#do(act()));
    press(partsIn(this.#ask)("recordaskbutton"), () => {
      // What it comes to stands in the stage.
      shut?.();
      return recording.ask();
    });
    press(this.#part("recordagree"), () => recording.answer(true));
    press(this.#part("recordrefuse"), () => recording.answer(false));
    press(this.#part("recordwithdraw"), () => recording.withdraw());
    press(this.#part("recordstop"), () => recording.stop());
    press(this.#part("recordback"), () => recording.stop());
    this.#part("recordclose").addEventListener("click", () => {
      this.#closed = recording.shown?.id ?? "";
      this.update();
    });
    this.#stop = recording.onChange(() => this.update());
    this.update();
  }

  close() {
    this.#stop();
  }

  update() {
    const { asksHere, isOn, waits, canAsk, side, shown, held } = this.#recording;
    const officer = side === "officer";
    const question = t("record.question", { name: this.#nameOf("officer") });
    const over = shown?.id === this.#closed ? "" : this.#over();
    show(this.#ask, canAsk);
    show(this.#part("recordmark"), isOn);
    show(this.#part("recordstop"), officer);
    show(this.#part("recordheld"), officer && held > 1);
    words(this.#part("recordheld"), t("record.held", { count: held }));
    show(this.#part("recordquestion"), asksHere);
    words(this.#part("recordwords"), question);
    words(this.#part("recordterms"), this.#recording.here ? t("record.terms", { days: shown?.keep_days ?? 0 }) : t("record.elsewhere"));
    show(this.#part("recordagree"), this.#recording.here);
    show(this.#part("recordwaiting"), waits);
    words(this.#part("recordwaits"), t(officer ? "record.asked" : "record.agreed", { name: this.#waitedFor() }));
    show(this.#part("recordback"), officer);
    show(this.#part("recordover"), over !== "");
    words(this.#part("recordoverwords"), over);
    show(this.#root, isOn || asksHere || waits || over !== "");
    if (!isOn && !asksHere && !waits) show(this.#part("recordfault"), false);
    this.#say(asksHere ? question : isOn ? t("record.mark") : over);
  }

  /** Names of those who have not answered. */
  #waitedFor() {
    const { waitsFor, side } = this.#recording;
    const names = waitsFor.filter((who) => who !== side).map((who) => this.#nameOf(who));
    return new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names);
  }

  /** How it ended, for a guest, who reads no conversation; "" for others. */
  #over() {
    const { isOver, side, shown } = this.#recording;
    if (!isOver || side !== "guest" || !shown) return "";
    const by = shown.ended_by ?? "";
    return t(`event.recording.${shown.reason}${by === side ? ".self" : ""}`, { name: this.#nameOf(by) });
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

// @ts-check
// Calls that go on, on the board: whose they are, how long, and listening to one of them.
import { t } from "../text.js";
import { duration } from "../times.js";
import { el, icon, part, show, words } from "./dom.js";
import { serviceName } from "./language.js";
import { attach, play } from "./tiles.js";

/** @typedef {import("../models/board.js").Board} Board */
/** @typedef {import("../models/listening.js").Listening} Listening */
/** @typedef {import("../wire.js").CallFigures} CallFigures */

const SIDES = /** @type {const} */ (["applicant", "officer"]);

/** @param {HTMLElement} panel @param {Board} board @param {Listening} listening @param {() => number} now */
export function callsView(panel, board, listening, now) {
  return new CallsView(panel, board, listening, now);
}

class CallsView {
  #panel;
  #board;
  #listening;
  #now;
  #drawn = "";
  #fault = "";

  /** @param {HTMLElement} panel @param {Board} board @param {Listening} listening @param {() => number} now */
  constructor(panel, board, listening, now) {
    this.#panel = panel;
    this.#board = board;
    this.#listening = listening;
    this.#now = now;
    this.#part("stop").addEventListener("click", () => void this.#try(listening.stop()));
    this.#part("play").addEventListener("click", () => this.#play());
    listening.onChange(() => this.update());
  }

  update() {
    const { calls } = this.#board;
    const { stage, over } = this.#listening;
    show(this.#panel, calls.length > 0 || stage !== "none" || over !== "");
    words(this.#part("count"), calls.length);
    this.#showEar();
    words(this.#part("fault"), this.#fault);
    show(this.#part("fault"), this.#fault !== "");
    show(this.#part("over"), stage === "none" && over !== "");
    words(this.#part("over"), over === "" ? "" : t(`listen.over_${over}`));
    this.#showRows(calls);
  }

  #showEar() {
    const { ticket, stage } = this.#listening;
    const call = this.#board.calls.find((each) => each.ticket === ticket);
    show(this.#part("ear"), stage !== "none");
    if (stage === "none") show(this.#part("play"), false);
    words(this.#part("earwords"), stage === "none" ? "" : t(`listen.${stage}`, { label: call?.label ?? "" }));
    words(this.#part("earalso"), t(stage === "telling" ? "listen.telling_also" : "listen.also"));
    for (const side of SIDES) attach(this.#sound(side), this.#listening.remote(side)?.stream ?? null, (blocked) => this.#blocked(blocked));
  }

  /** @param {CallFigures[]} calls */
  #showRows(calls) {
    const free = this.#listening.stage === "none";
    const state = JSON.stringify([calls, free]);
    if (state !== this.#drawn) this.#part("rows").replaceChildren(...calls.map((call) => this.#row(call, free)));
    this.#drawn = state;
    for (const time of this.#panel.querySelectorAll("[data-since]")) {
      words(time, duration((this.#now() - Number(time.getAttribute("data-since"))) / 1000));
    }
  }

  /** @param {CallFigures} call @param {boolean} free nothing is listened to from here */
  #row(call, free) {
    const { label, media, connected_at: since, chair = "", listener = "" } = call;
    const act = () => void this.#try(this.#listening.begin(call));
    const why = listener ? t("listen.by", { name: listener }) : chair ? t("listen.guest_there") : "";
    return el(
      "li",
      {},
      el(
        "span",
        { class: "about" },
        icon(media === "video" ? "video" : "phone", "s"),
        el("b", { class: "num" }, label),
        el("span", {}, serviceName(call)),
        el("bdi", {}, call.officer_name),
        since ? el("span", { class: "num", "data-since": since }) : null,
      ),
      why
        ? el("span", { class: "why" }, why)
        : el("button", { class: "btn low", type: "button", disabled: !free, onclick: act }, icon("sound", "s"), t("listen.begin"), el("span", { class: "unseen" }, ` ${label}`)),
    );
  }

  #play() {
    for (const side of SIDES) play(this.#sound(side), (blocked) => this.#blocked(blocked));
  }

  /** @param {boolean} blocked the browser wants a tap first */
  #blocked(blocked) {
    show(this.#part("play"), blocked);
  }

  /** @param {typeof SIDES[number]} side */
  #sound(side) {
    return /** @type {HTMLAudioElement} */ (this.#part(`${side}sound`));
  }

  /** @param {Promise<unknown>} order */
  async #try(order) {
    this.#fault = "";
    try {
      await order;
    } catch (refusal) {
      const { code = "busy", values = {} } = /** @type {{ code?: string, values?: Record<string, string> }} */ (refusal);
      this.#fault = t(`error.${code}`, values);
    }
    this.update();
  }

  /** @param {string} name */
  #part(name) {
    return part(this.#panel, name);
  }
}

// @ts-check
// Who is being served, on the board, or who has the number that was looked for; each may be ended, blocked or brought forward, with a reason.
import { t } from "../text.js";
import { duration } from "../times.js";
import { StepInForm } from "./board_step_in.js";
import { el, icon, part, show, words } from "./dom.js";
import { serviceName } from "./language.js";

/** @typedef {import("../models/board.js").Board} Board */
/** @typedef {import("../wire.js").TicketFigures} TicketFigures */
/** @typedef {import("./board_step_in.js").Act} Act */

/** @type {Record<string, { icon: string, tag: string }>} */
const STAGES = {
  waiting: { icon: "hourglass", tag: "wait" },
  offered: { icon: "bell", tag: "offer" },
  parked: { icon: "clock", tag: "closed" },
};

/** @param {HTMLElement} panel @param {Board} board @param {() => number} now */
export function servedView(panel, board, now) {
  return new ServedView(panel, board, now);
}

class ServedView {
  #panel;
  #board;
  #now;
  #number;
  /** @type {Map<string, { node: HTMLElement, drawn: string }>} */
  #rows = new Map();
  #form = new StepInForm((...asked) => this.#step(...asked));
  #told = "";
  /** What was looked for when the form was opened. */
  #askedIn = "";

  /** @param {HTMLElement} panel @param {Board} board @param {() => number} now */
  constructor(panel, board, now) {
    this.#panel = panel;
    this.#board = board;
    this.#now = now;
    this.#number = /** @type {HTMLInputElement} */ (this.#part("number"));
    this.#part("find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#told = "";
      board.find(this.#number.value.trim());
    });
    this.#part("all").addEventListener("click", () => {
      this.#number.value = "";
      this.#told = "";
      board.find("");
      this.#number.focus();
    });
  }

  update() {
    const { found, sought, known } = this.#board;
    const listed = found ?? this.#board.served;
    words(this.#part("count"), known ? this.#board.served.length : "");
    show(this.#part("all"), sought !== "");
    this.#showRows(listed);
    show(this.#part("none"), listed.length === 0);
    words(this.#part("none"), this.#noneWords());
    words(this.#part("told"), this.#told);
    for (const time of this.#panel.querySelectorAll("[data-since]")) {
      words(time, duration((this.#now() - Number(time.getAttribute("data-since"))) / 1000));
    }
  }

  #noneWords() {
    const { found, sought, known } = this.#board;
    if (!known) return t("board.connecting");
    return found ? t("board.find_none", { label: sought }) : t("board.served_none");
  }

  /** Only what changed is drawn anew: a form that is being filled in stays as it is. @param {TicketFigures[]} listed */
  #showRows(listed) {
    const list = this.#part("rows");
    const ids = new Set(listed.map(({ id }) => id));
    for (const [id, { node }] of this.#rows) {
      if (ids.has(id)) continue;
      if (this.#form.about?.id === id) {
        // Another list is looked at: what is being written stays, with its row.
        if (this.#board.sought !== this.#askedIn) continue;
        this.#goneMeanwhile(this.#form.about);
      }
      node.remove();
      this.#rows.delete(id);
    }
    listed.forEach((figures, index) => {
      const node = this.#row(figures);
      if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
    });
  }

  /** @param {TicketFigures} figures */
  #row(figures) {
    const drawn = JSON.stringify(figures);
    const known = this.#rows.get(figures.id);
    if (known?.drawn === drawn) return known.node;
    const node = known?.node ?? el("li", {}, el("span"), el("span"));
    // The form, if it stands here, stays where it is.
    node.children[0]?.replaceWith(about(figures));
    node.children[1]?.replaceWith(this.#acts(figures));
    this.#form.learns(figures);
    this.#rows.set(figures.id, { node, drawn });
    return node;
  }

  /** @param {TicketFigures} figures */
  #acts(figures) {
    const serving = figures.stage === "serving";
    const waits = figures.stage === "waiting" || figures.stage === "parked";
    return el(
      "span",
      { class: "acts" },
      serving && this.#act("close", figures),
      waits && this.#act("forward", figures),
      this.#act("block", figures),
    );
  }

  /** @param {Act} act @param {TicketFigures} figures */
  #act(act, figures) {
    const asks = () => {
      this.#told = "";
      this.#askedIn = this.#board.sought;
      this.#form.asks(act, figures, /** @type {{ node: HTMLElement }} */ (this.#rows.get(figures.id)).node);
      this.update();
    };
    return el("button", { class: act === "forward" ? "btn low bare" : "btn low bare danger", type: "button", onclick: asks }, t(`board.${act}`), el("span", { class: "unseen" }, ` ${figures.label}`));
  }

  /** @param {Act} act @param {TicketFigures} figures @param {string} reason @param {number} minutes */
  async #step(act, figures, reason, minutes) {
    await this.#board[act](figures, reason, minutes);
    this.#told = t(`board.${act}_done`, { label: figures.label });
    this.#leave();
  }

  /** @param {TicketFigures} figures */
  #goneMeanwhile(figures) {
    this.#told = t("board.step_gone", { label: figures.label });
    this.#leave();
  }

  #leave() {
    this.#form.close();
    this.#part("title").focus();
    words(this.#part("told"), this.#told);
  }

  /** @param {string} name */
  #part(name) {
    return name === "title" ? /** @type {HTMLElement} */ (this.#panel.querySelector("h2")) : part(this.#panel, name);
  }
}

/** @param {TicketFigures} figures */
function about(figures) {
  const { label, stage, since_at: since, officer_name: officer = "", call = "" } = figures;
  const state = STAGES[stage];
  return el(
    "span",
    { class: "about" },
    state ? null : icon({ "": "chat", audio: "phone", video: "video" }[call], "s"),
    el("b", { class: "num" }, label),
    el("span", {}, serviceName(figures)),
    state ? el("span", { class: `tag ${state.tag}` }, icon(state.icon, "xs"), t(`board.stage.${stage}`)) : el("span", { class: "unseen" }, t(call ? `board.by_${call}` : "board.by_chat")),
    officer ? el("bdi", {}, officer) : null,
    el("span", { class: "since num", "data-since": since }),
  );
}

// @ts-check

/** @typedef {import("./call_parts.js").CallParts} CallParts */
/** @typedef {Pick<import("./call.js").Call, "shown" | "here" | "stage" | "media">} CallNow */

/** Sharing this side's screen in the calls of one conversation: whether it can be, and that both sides are told. */
export class CallScreen {
  #use;
  #call;

  /** @param {CallParts} use @param {CallNow} call */
  constructor(use, call) {
    this.#use = use;
    this.#call = call;
  }

  /** It can be shared now. */
  get can() {
    const { here, stage } = this.#call;
    return this.#use.parts.getDisplayMedia !== null && here && (stage === "connected" || stage === "reconnecting");
  }

  /** Why it is not shared although somebody asked for it, for some seconds. */
  get problem() {
    return this.#call.media?.screen.problem ?? null;
  }

  /** To be called inside the person's tap. @param {boolean} on */
  share(on) {
    const screen = this.#call.media?.screen;
    return on ? screen?.share() : screen?.stop();
  }

  /** Both sides read it in the conversation; what cannot be written there is not shown. @param {boolean} on */
  tell(on) {
    const call = this.#call.shown;
    if (!call) return;
    const order = this.#use.channel.order({ t: "ReportScreen", ticket: call.ticket, call: call.id, on });
    order.catch(() => on && this.share(false));
  }
}

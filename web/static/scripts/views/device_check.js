// @ts-check
// "Cek perangkat": what is tried, how far it is, and what the person can expect of a call.
import { t } from "../text.js";
import { el, icon, part, setIcon, show, words } from "./dom.js";
import { guideWords } from "./permission_guide.js";
import { say } from "./speaker.js";

/** @typedef {import("../models/device_check.js").DeviceCheck} DeviceCheck */
/** @typedef {import("../models/ticket.js").TicketModel} TicketModel */
/** @typedef {import("../wire.js").DeviceCheck} Result */

const QUIETEST_DB = -60;
const ADVICE_SHOWN = 3;
// The service's peer tells no more than this apart.
const REFLECTED_KBPS = 700;
/** @type {Record<Result["verdict"], [state: string, sign: string]>} */
const SIGNS = {
  good: ["serve", "check"],
  fair: ["serve", "check"],
  audio_only: ["offer", "phone"],
  chat_only: ["offer", "chat"],
};

/** @param {HTMLElement} root the page that holds the card and its button @param {TicketModel} ticket */
export function deviceCheckView(root, ticket) {
  return new DeviceCheckView(root, ticket);
}

class DeviceCheckView {
  #root;
  #ticket;
  #open = false;
  #said = "";
  #stop;

  /** @param {HTMLElement} root @param {TicketModel} ticket */
  constructor(root, ticket) {
    this.#root = root;
    this.#ticket = ticket;
    const { deviceCheck } = ticket;
    this.#stop = deviceCheck.onChange(() => this.update());
    part(root, "check").addEventListener("click", () => this.#begin());
    part(root, "heard").addEventListener("click", () => deviceCheck.heard(true));
    part(root, "unheard").addEventListener("click", () => deviceCheck.heard(false));
  }

  close() {
    this.#stop();
  }

  /** Brings the card up to what the model holds; each second too, for the level. */
  update() {
    const { deviceCheck, check } = this.#ticket;
    show(part(this.#root, "checkcard"), this.#open || check !== null);
    part(this.#root, "check").toggleAttribute("disabled", deviceCheck.running);
    words(part(this.#root, "checkwords"), t(check || deviceCheck.fault ? "check.again" : "check.begin"));
    this.#status();
    this.#rows();
    this.#result(deviceCheck.running || deviceCheck.fault ? null : check);
  }

  #begin() {
    this.#open = true;
    void this.#ticket.deviceCheck.start();
    part(this.#root, "checktitle").focus();
  }

  #status() {
    const { phase, fault } = this.#ticket.deviceCheck;
    const told = fault ? faultWords(fault) : phase === "idle" || phase === "done" ? "" : t(`check.phase.${phase}`);
    words(part(this.#root, "checkstatus"), told);
    const place = part(this.#root, "checktold");
    show(place, told !== "");
    place.className = fault ? "note lost" : "note";
    setIcon(place, fault ? "alert" : "clock");
    if (told && told !== this.#said) say(told);
    this.#said = told;
  }

  #rows() {
    const { deviceCheck, check } = this.#ticket;
    const now = deviceCheck.phase !== "idle";
    words(part(this.#root, "checkcamera"), deviceWords((now ? deviceCheck.camera : check?.camera) ?? null));
    words(part(this.#root, "checkmicrophone"), deviceWords((now ? deviceCheck.microphone : check?.microphone) ?? null));
    const db = now ? deviceCheck.levelDb : (check?.level_db ?? null);
    const meter = /** @type {HTMLMeterElement} */ (part(this.#root, "checklevel"));
    show(meter, db !== null);
    meter.value = Math.max(QUIETEST_DB, db ?? QUIETEST_DB);
    const asked = deviceCheck.running && deviceCheck.speaker === "unanswered" && deviceCheck.camera !== null;
    show(part(this.#root, "checkasked"), asked);
    words(part(this.#root, "checkspeaker"), asked ? t("check.heard") : t(`check.speaker.${now ? deviceCheck.speaker : (check?.speaker ?? "unanswered")}`));
    words(part(this.#root, "checknetwork"), !deviceCheck.running && check ? networkWords(check) : "…");
  }

  /** @param {Result | null} result */
  #result(result) {
    const place = part(this.#root, "checkresult");
    show(place, result !== null);
    if (!result || place.dataset.at === String(result.at)) return;
    place.dataset.at = String(result.at);
    const [state, sign] = SIGNS[result.verdict];
    const advice = (result.advice ?? []).filter((code) => isWorthSaying(code, result)).slice(0, ADVICE_SHOWN);
    const verdict = t(`check.verdict.${result.verdict}`);
    place.replaceChildren(
      el("p", {}, el("span", { class: `tag ${state}` }, icon(sign, "xs"), t(`check.short.${result.verdict}`))),
      el("p", {}, verdict),
      el("ul", { class: "ready" }, ...[...advice.map((code) => t(`check.advice.${code}`)), ...guideOf(result)].map(advised)),
    );
    if (this.#open) say(verdict);
  }
}

/** Where to allow a device is said by the browser's own words; and without a microphone a camera does not help. @param {string} code @param {Result} result */
function isWorthSaying(code, { microphone }) {
  return !code.endsWith("_denied") && !(microphone !== "found" && code.startsWith("camera_"));
}

/** @param {string} said */
function advised(said) {
  return el("li", {}, icon("info"), el("span", {}, said));
}

/** What to tap, where a device could not be had. @param {Result} result @returns {string[]} */
function guideOf({ camera, microphone }) {
  const problem = /** @type {import("../models/capture.js").Problem} */ ({
    ...(microphone === "found" ? {} : { audio: microphone }),
    ...(camera === "found" ? {} : { video: camera }),
  });
  return [guideWords(problem)].filter((said) => said !== "");
}

/** @param {string | null} state */
function deviceWords(state) {
  return state === null ? "…" : t(`check.device.${state}`);
}

/** @param {import("../models/check_parts.js").CheckFault} fault */
function faultWords({ code, retryMs }) {
  if (code === "busy") return t("check.fault.busy", { seconds: Math.max(1, Math.ceil((retryMs ?? 0) / 1000)) });
  const known = ["lost", "time", "offline", "check_unavailable", "needs_socket"];
  return t(`check.fault.${known.includes(code) ? code : "failed"}`);
}

/** @param {Result} check */
function networkWords(check) {
  const path = t(`check.path.${check.path}`);
  if (check.path === "none") return path;
  const parts = [path];
  if (check.rtt_ms != null) parts.push(t("check.rtt", { ms: check.rtt_ms }));
  if (check.loss_permille != null) parts.push(t("check.loss", { percent: decimal(check.loss_permille / 10) }));
  if (check.up_kbps != null && check.down_kbps != null) {
    const kbps = Math.min(check.up_kbps, check.down_kbps);
    const more = check.throughput_by !== "loop" && kbps >= REFLECTED_KBPS;
    parts.push(more ? t("check.speed_most", { kbps: REFLECTED_KBPS }) : t("check.speed", { kbps }));
  }
  return parts.join(" · ");
}

/** @param {number} value */
function decimal(value) {
  return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
}

// @ts-check
// The officer's desk: joins the models to the views.
import { browserParts, forget, openChannel, reloadOnce } from "../browser.js";
import { Desk } from "../models/desk.js";
import { SliceSender } from "../models/slice_sender.js";
import { recordingTools } from "../recording_tools.js";
import { t } from "../text.js";
import { bannerView } from "../views/banner.js";
import { createBell } from "../views/bell.js";
import { alarmView } from "../views/desk_alarm.js";
import { barView } from "../views/desk_bar.js";
import { endedView } from "../views/desk_ended.js";
import { keysView } from "../views/desk_keys.js";
import { listsView, whyNot } from "../views/desk_lists.js";
import { offerView } from "../views/desk_offer.js";
import { panesView } from "../views/desk_panes.js";
import { noticeView, soundView } from "../views/desk_sound.js";
import { tabsView } from "../views/desk_tabs.js";
import { part } from "../views/dom.js";
import { menuView } from "../views/menu.js";
import { signOutView } from "../views/sign_out.js";
import { stoppedView } from "../views/stopped.js";

const TICK_MS = 500;

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const root = at("desk");
const bar = at("bar");
const person = root.dataset.person ?? "";
const csrf = document.querySelector('meta[name="csrf"]')?.getAttribute("content") ?? "";

const channel = await openChannel({ owner: person, csrf, renew: async () => null });
const parts = browserParts();
const desk = new Desk({ channel, storage: localStorage, parts, recorder: "record" in root.dataset ? recorder() : undefined });
const now = () => channel.clock.now();
const online = () => channel.state.name === "online";
const offerBell = createBell();
const callBell = createBell();

/** What calls are recorded with, where they may be. What a reload or a cut line held up is sent now. */
function recorder() {
  const tools = recordingTools(csrf, parts.timers);
  const sender = new SliceSender(tools, parts.timers);
  channel.onState(({ name }) => name === "online" && sender.wake());
  return { tools, sender, byServer: root.dataset.record === "server" };
}

/** @param {Promise<unknown>} order @param {(why: string) => void} [refused] */
const ask = (order, refused = (why) => offer.tell(why)) =>
  order.catch((refusal) => refused(t(`error.${refusal.code}`, refusal.values)));

const accept = () => {
  const wanted = desk.offer;
  if (!wanted || !offer.answerable) return;
  panes.want(wanted.ticket);
  offer.refuse("");
  void ask(desk.accept(), (why) => offer.refuse(why));
};
const pass = () => {
  if (!desk.offer || !offer.answerable) return;
  offer.refuse("");
  void ask(desk.pass(), (why) => offer.refuse(why));
};
const next = () => {
  const why = whyNot({ desk, online });
  if (why) return offer.tell(why);
  const before = new Set(desk.conversations.map((each) => each.ticket.id));
  const taken = () => desk.conversations.find((each) => !before.has(each.ticket.id));
  const stop = desk.onChange(() => {
    const fresh = taken();
    if (!fresh) return;
    stop();
    panes.want(fresh.ticket.id);
  });
  void ask(
    desk.serveNext().catch((refusal) => {
      stop();
      throw refusal;
    }),
  );
};
const mute = () => {
  const call = desk.conversations.map((each) => each.call).find((each) => each.here && each.stage !== "none" && each.stage !== "ended");
  call?.mute(call.local.audio);
};

const sound = soundView(part(bar, "sound"), at("soundbar"), [offerBell, callBell], () => desk.duty?.state === "available");
const offer = offerView(at("offer"), { desk, now, accept, pass });
const bars = barView(bar, { desk, now, ask: (order) => void ask(order) });
const tabs = tabsView(root, desk);
const panes = panesView(root, { desk, now, bell: callBell, storage: sessionStorage, tell: (text) => offer.tell(text), changed: () => soon() });
const lists = listsView(at("side"), {
  desk,
  now,
  online,
  focused: () => panes.focused,
  open: (ticket) => {
    tabs.open("talk");
    panes.open(ticket);
  },
  next,
});
const ended = endedView(at("side"), { desk, tell: (text) => offer.tell(text) });
const alarm = alarmView({ desk, now, bell: offerBell, soundWanted: () => sound.wanted });
const leaving = signOutView(
  /** @type {HTMLFormElement} */ (part(bar, "sign-out")),
  /** @type {HTMLDialogElement} */ (at("sign-out")),
  () => desk.conversations.length,
);
const menu = menuView(bar, () => forget(person), leaving.passes);
bannerView(at("banner"), channel, { kept: () => "connection.disrupted_desk" });
stoppedView(at("stopped"), channel, reloadOnce);
noticeView(part(at("nobody"), "allow"));
keysView(part(bar, "keys"), /** @type {HTMLDialogElement} */ (at("keys")), {
  accept,
  pass,
  next,
  mute,
  conversation: (index) => {
    const wanted = desk.conversations[index];
    if (!wanted) return;
    tabs.open("talk");
    panes.open(wanted.ticket.id);
  },
  file: () => {
    if (!tabs.areShown()) return panes.file();
    const back = root.dataset.tab === "file";
    tabs.open(back ? "talk" : "file");
    if (back) panes.current?.focusComposer();
    else at("file").focus();
  },
  escape: () => menu.close() || panes.escape(),
});

const update = () => {
  for (const view of [bars, offer, lists, ended, tabs, sound, panes]) view.update();
};
let asked = false;
/** Many changes in one moment are drawn once. */
function soon() {
  alarm.update();
  if (asked) return;
  asked = true;
  queueMicrotask(() => {
    asked = false;
    update();
  });
}
const TOLD_WITHDRAWALS = ["missed", "passed_often", "left", "lost", "blocked"];
/** @param {import("../wire.js").Duty | null} duty */
const sentHome = (duty) => duty?.reason === "by_supervisor" && (duty.state === "draining" || duty.state === "offline");
let wasSentHome = true; // not told to who comes later
let lastOffer = desk.offer;
let lastGone = desk.lastWithdrawal;
desk.onChange(() => {
  soon();
  const home = sentHome(desk.duty);
  if (home && !wasSentHome) queueMicrotask(() => offer.tell(t(desk.conversations.length > 0 ? "desk.sent_home" : "desk.sent_home_free")));
  wasSentHome = home;
  const gone = desk.lastWithdrawal;
  const fresh = gone !== null && gone !== lastGone && gone.ticket === lastOffer?.ticket;
  if (fresh && TOLD_WITHDRAWALS.includes(gone.why)) {
    const label = lastOffer?.label ?? "";
    // After the card has gone: a new offer would take the words away.
    queueMicrotask(() => offer.tell(t(`desk.offer_${gone.why}`, { label })));
  }
  lastGone = gone;
  lastOffer = desk.offer ?? lastOffer;
});
channel.onState(() => soon());
setInterval(update, TICK_MS);
channel.start();

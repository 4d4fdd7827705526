// @ts-check
// The supervisor's board: joins the model to the views. Figures come when they change; only the clocks tick here.
import { browserParts, forget, openChannel, reloadOnce } from "../browser.js";
import { Board } from "../models/board.js";
import { Listening } from "../models/listening.js";
import { t } from "../text.js";
import { clockTimeZone } from "../times.js";
import { callsView } from "../views/board_calls.js";
import { apartView, figuresView, returnedView, unservedView } from "../views/board_figures.js";
import { freshView } from "../views/board_fresh.js";
import { officersView } from "../views/board_officers.js";
import { servedView } from "../views/board_served.js";
import { shiftView } from "../views/board_shift.js";
import { tableView } from "../views/board_table.js";
import { words } from "../views/dom.js";
import { menuView } from "../views/menu.js";
import { stoppedView } from "../views/stopped.js";

const TICK_MS = 500;

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const person = at("title").dataset.person ?? "";
const csrf = document.querySelector('meta[name="csrf"]')?.getAttribute("content") ?? "";

const channel = await openChannel({ owner: person, csrf, renew: async () => null });
const board = new Board({ channel });
const listening = new Listening({ channel, parts: browserParts() });
const now = () => channel.clock.now();

const SERVER_ERROR = 4000;

/** The service says that it cannot store anything, or that it cannot even welcome. */
const disrupted = () => channel.disruption.lasts || (channel.state.name !== "online" && channel.state.close?.code === SERVER_ERROR);

// Without a connection the clocks stand still: the figures are of that moment.
const asOf = () => now() - (board.ageMs() ?? 0);

const views = [
  figuresView(at("figures"), board, asOf),
  unservedView(at("unserved"), board),
  returnedView(at("returned"), board),
  apartView(at("apart"), board),
  callsView(at("calls"), board, listening, asOf),
  tableView(at("services-panel"), board, asOf),
  servedView(at("served"), board, asOf),
  officersView(at("officers"), board, asOf),
  shiftView(at("officers"), board),
  freshView(at("fresh"), at("stale"), board, { now, online: () => channel.state.name === "online", disrupted }),
];
const menu = menuView(at("bar"), () => forget(person));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") menu.close();
});
stoppedView(at("stopped"), channel, reloadOnce);

function update() {
  for (const view of views) view.update();
  words(at("clock"), board.known ? clockTimeZone(now()) : "");
  const title = t("board.title");
  document.title = board.known ? t("board.title_count", { title, count: board.totals.waiting }) : title;
}
board.onChange(update);
setInterval(update, TICK_MS);
update();
channel.start();

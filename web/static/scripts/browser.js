// @ts-check
// Joins the models to this browser. Models know no window and no document; pages get what they need from here.
import { Channel } from "./models/channel.js";
import { photoTools } from "./photo_tools.js";
import { claimStream } from "./streams.js";
import { steadyTimers } from "./timing.js";
import { transport } from "./transport.js";

export { forget } from "./streams.js";

/** @typedef {{ owner: string, csrf: string, ticket?: string, guest?: string, renew: () => Promise<string | null> }} ChannelWishes */

const timers = steadyTimers();

/**
 * The page's channel, not yet started. `owner` is the ticket's id, or the person's id for staff.
 * @param {ChannelWishes} wishes @returns {Promise<Channel>}
 */
export async function openChannel({ owner, csrf, ticket, guest, renew }) {
  /** @type {Channel} */
  const channel = new Channel({
    open: transport({ timers, seqs: () => channel.holdings.seqs() }),
    csrf,
    ticket,
    guest,
    renew,
    stream: await claimStream(owner),
    timers,
    wallClock: () => Date.now(),
    random: () => Math.random(),
  });
  channel.onState(({ name }) => name === "online" && forgetReload());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") channel.wake();
  });
  window.addEventListener("pageshow", () => channel.wake());
  window.addEventListener("online", () => channel.onNetwork());
  return channel;
}

/** Sharp before smooth; never this page itself, which would show itself in itself without end. */
const SCREEN = /** @type {DisplayMediaStreamOptions} */ ({
  video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 10, max: 15 } },
  audio: false,
  selfBrowserSurface: "exclude",
  surfaceSwitching: "include",
});

/** What calls and conversations need from this browser. @returns {import("./models/call_parts.js").BrowserParts} */
export function browserParts() {
  return {
    timers,
    newConnection: (configuration) => new RTCPeerConnection(configuration),
    newCertificate: async () => RTCPeerConnection.generateCertificate(/** @type {any} */ ({ name: "ECDSA", namedCurve: "P-256" })),
    newStream: () => new MediaStream(),
    // Absent on plain http and in old browsers: then nobody gives a camera.
    getUserMedia: (wishes) => {
      if (!navigator.mediaDevices) return Promise.reject(new DOMException("no media devices", "NotFoundError"));
      return navigator.mediaDevices.getUserMedia(wishes);
    },
    // Absent on most phones: then nobody is offered to share a screen.
    getDisplayMedia: navigator.mediaDevices?.getDisplayMedia ? () => navigator.mediaDevices.getDisplayMedia(SCREEN) : null,
    devices: () => navigator.mediaDevices?.enumerateDevices() ?? Promise.resolve([]),
    onDevicesChange(listener) {
      navigator.mediaDevices?.addEventListener("devicechange", listener);
      return () => navigator.mediaDevices?.removeEventListener("devicechange", listener);
    },
    onNetworkChange(listener) {
      window.addEventListener("online", listener);
      return () => window.removeEventListener("online", listener);
    },
    onReturn(listener) {
      const look = () => document.visibilityState === "visible" && listener();
      document.addEventListener("visibilitychange", look);
      window.addEventListener("pageshow", look);
      return () => {
        document.removeEventListener("visibilitychange", look);
        window.removeEventListener("pageshow", look);
      };
    },
    onLeave(listener) {
      window.addEventListener("pagehide", listener);
      return () => window.removeEventListener("pagehide", listener);
    },
    newId: () => crypto.randomUUID(),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    networkKind: () => network()?.effectiveType,
    savesData: () => network()?.saveData === true,
    photos: photoTools(),
  };
}

/** Network Information, where the browser has it. @returns {{ effectiveType?: string, saveData?: boolean } | undefined} */
function network() {
  return /** @type {Navigator & { connection?: { effectiveType?: string, saveData?: boolean } }} */ (navigator).connection;
}

const RELOADED = "consult.reloaded";

/** Loads the page anew, but only once: a second time would only turn round and round. @returns {boolean} false: it was done before */
export function reloadOnce() {
  try {
    if (sessionStorage.getItem(RELOADED) !== null) return false;
    sessionStorage.setItem(RELOADED, "yes");
  } catch {
    return false;
  }
  location.reload();
  return true;
}

function forgetReload() {
  try {
    sessionStorage.removeItem(RELOADED);
  } catch {
    // A forbidden store was never written to.
  }
}

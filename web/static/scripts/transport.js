// @ts-check
// How this browser reaches the service: a socket, or requests where no socket gets through.
import { SOCKETS_TRIED } from "./models/connection.js";
import { PollSocket } from "./models/poll_socket.js";

const PROBE_MS = 8_000;

/**
 * @param {{ seqs: () => Record<string, number>, timers: import("./models/timers.js").Timers }} parts
 * @returns {(failed: number) => import("./models/connection.js").Socket}
 */
export function transport({ seqs, timers }) {
  return (failed) => {
    if (failed < SOCKETS_TRIED) return new WebSocket(socketAddress());
    return new PollSocket({
      seqs,
      timers,
      socketsWork,
      get: (query, headers, signal) => ask(`/api/events?${new URLSearchParams(query)}`, { headers, signal }),
      post: (query, headers, body, signal) =>
        ask(`/api/send?${new URLSearchParams(query)}`, {
          method: "POST",
          headers: { ...headers, "Content-Type": "application/json" },
          body,
          signal,
        }),
    });
  };
}

function socketAddress() {
  const address = new URL("/socket", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

/** @param {string} path @param {RequestInit} request */
async function ask(path, request) {
  const answer = await fetch(path, { ...request, cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

/** Opens a socket and leaves it again without a word. @returns {Promise<boolean>} */
function socketsWork() {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketAddress());
    const timeout = setTimeout(() => done(false), PROBE_MS);
    /** @param {boolean} works */
    const done = (works) => {
      clearTimeout(timeout);
      socket.onopen = socket.onclose = null;
      socket.close();
      resolve(works);
    };
    socket.onopen = () => done(true);
    socket.onclose = () => done(false);
  });
}

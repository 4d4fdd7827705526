// @ts-check

/**
 * What a device check needs from the browser besides a call's parts. Neither camera nor microphone is sent anywhere: the
 * network is tried with a made picture and a made sound.
 * @typedef {{ db: () => number | null, close: () => void }} Level loudest of a stream so far, in dBFS
 * @typedef {{ stream: MediaStream, close: () => void }} Made
 * @typedef {{
 *   tone: () => Promise<boolean>,
 *   level: (stream: MediaStream) => Level,
 *   made: () => Made,
 * }} CheckTools `tone`: whether this browser plays sound at all
 */

/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   ticket: string,
 *   parts: import("./call_parts.js").BrowserParts,
 *   tools: CheckTools,
 *   hides?: () => boolean,
 * }} CheckParts `hides`: whether a call would keep this person's address from others, and so take the relay
 */

export {};

/** Why a check could not be carried out. */
export class CheckFault extends Error {
  /** @param {string} code @param {number | null} [retryMs] */
  constructor(code, retryMs = null) {
    super(code);
    this.code = code;
    this.retryMs = retryMs;
  }
}

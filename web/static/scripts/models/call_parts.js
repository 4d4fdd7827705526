// @ts-check

/**
 * What calls and conversations need from the browser.
 * @typedef {{
 *   timers: import("./timers.js").Timers,
 *   newConnection: (configuration: RTCConfiguration) => RTCPeerConnection,
 *   newStream: () => MediaStream,
 *   getUserMedia: (wishes: MediaStreamConstraints) => Promise<MediaStream>,
 *   onNetworkChange: (listener: () => void) => () => void,
 *   newId: () => string,
 * }} BrowserParts
 */

export {};

// @ts-check

/**
 * What calls and conversations need from the browser.
 * @typedef {{
 *   timers: import("./timers.js").Timers,
 *   newConnection: (configuration: RTCConfiguration) => RTCPeerConnection,
 *   newCertificate: () => Promise<RTCCertificate>,
 *   newStream: () => MediaStream,
 *   getUserMedia: (wishes: MediaStreamConstraints) => Promise<MediaStream>,
 *   getDisplayMedia: (() => Promise<MediaStream>) | null,
 *   devices: () => Promise<MediaDeviceInfo[]>,
 *   onDevicesChange: (listener: () => void) => () => void,
 *   onNetworkChange: (listener: () => void) => () => void,
 *   onReturn: (listener: () => void) => () => void,
 *   onLeave: (listener: () => void) => () => void,
 *   newId: () => string,
 *   randomBytes: (count: number) => Uint8Array,
 *   networkKind: () => string | undefined,
 *   savesData: () => boolean,
 *   photos: import("./photos.js").PhotoTools,
 * }} BrowserParts `getDisplayMedia`: asks which screen to share, null where there is no such thing; `onDevicesChange`: one was plugged in or pulled out; `onReturn`: somebody looks at the page again; `onLeave`: the page goes, perhaps to come back
 */

export {};

/**
 * @typedef {{
 *   channel: import("./channel.js").Channel,
 *   ticket: string,
 *   side: import("../wire.js").PersonSide,
 *   parts: BrowserParts,
 *   check?: () => import("../wire.js").DeviceCheck | null,
 *   hides?: () => boolean,
 * }} CallParts What the call of one conversation is made of; `check`: the applicant's last device check; `hides`: whether it wishes to be hidden
 */

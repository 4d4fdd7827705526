// @ts-check

/** @typedef {import("./capture.js").Kind} Kind */
/** @typedef {import("./channel.js").Ephemeral} Ephemeral */

/**
 * What one leg of a call is made of: the call itself between its two sides, or a guest's leg with one of them.
 * @typedef {{
 *   about: { ticket: string, call: string, generation: number, leg?: string },
 *   polite: boolean,
 *   pictures: boolean,
 *   again: boolean,
 *   rung: import("../wire.js").CallShown["rung"] & string,
 *   next: import("./ice.js").Rung | null,
 *   oneWay?: "in" | "out",
 *   servers: Pick<import("../wire.js").CallShown, "ice_servers" | "relay_only" | "ice_seconds">,
 * }} LegTold `pictures`: are expected from there; `again`: it was up before; `next`: what this side is to try when no path is found; `oneWay`: this end only receives, or only sends
 */
/**
 * @typedef {{
 *   parts: import("./call_parts.js").BrowserParts,
 *   check?: import("./call_parts.js").CallParts["check"],
 *   certificate: Promise<RTCCertificate | null>,
 *   track: (kind: Kind) => MediaStreamTrack | null,
 *   sends: () => { audio: boolean, video: boolean, screen?: boolean },
 *   counted?: (bytes: number) => void,
 *   send: (frame: Ephemeral) => void,
 *   changed: () => void,
 *   connected: () => void,
 *   interrupted?: () => void,
 *   renew: () => void,
 *   stepDown: (rung: import("./ice.js").Rung) => void,
 *   lost: () => void,
 *   left: () => void,
 *   stepped: import("./quality_watch.js").WatchParts["stepped"],
 * }} LegParts `counted`: sent and received over this leg since it was told last; `renew`: no path is found over this connection, or it cannot be rebuilt; `interrupted`: media is gone until `connected`; `left`: another tab of this side has taken the leg
 */

export {};

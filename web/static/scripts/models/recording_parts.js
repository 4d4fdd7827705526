// @ts-check

/**
 * One slice of a recording: `number` counts from 0, `link` is its link of the chain in hexadecimal, `last`: the recorder has stopped.
 * @typedef {{ recording: string, number: number, link: string, content: ArrayBuffer, last: boolean }} Slice
 *
 * Slices until the service has them; survives a reload.
 * @typedef {{
 *   add: (slice: Slice) => Promise<void>,
 *   first: () => Promise<Slice | null>,
 *   count: () => Promise<number>,
 *   remove: (slice: Slice) => Promise<void>,
 *   drop: (recording: string) => Promise<void>,
 * }} Spool
 *
 * Who is recorded: so many places side by side, and who is there now.
 * @typedef {{ seats: number, sources: () => MediaStream[] }} Recorded
 *
 * `stop` gives one last slice, `abort` none.
 * @typedef {{ stop: () => void, abort: () => void }} Capture
 * @typedef {Recorded & { sliceMs: number, taken: (content: Promise<ArrayBuffer>, last: boolean) => void, failed: () => void }} CaptureParts
 *
 * A call as one picture and one voice.
 * @typedef {{ stream: MediaStream, close: () => void }} Mixed
 *
 * What recording needs of the browser. `put`: kept by the service; to be tried later; refused for good.
 * @typedef {{
 *   capture: (parts: CaptureParts) => Capture,
 *   mix: (recorded: Recorded) => Mixed,
 *   spool: Spool,
 *   put: (slice: Slice) => Promise<"kept" | "later" | "never">,
 *   digest: (content: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>,
 * }} RecordingTools
 */

export {};

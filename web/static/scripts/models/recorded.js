// @ts-check

/**
 * Who is in the file: both sides, and the third person where it agreed. Its place stays when it goes, since a file whose picture
 * changes its size is shown badly by many players.
 * @param {{ recording: import("./recording.js").Recording, call: import("./call.js").Call, seat: import("./third_seat.js").ThirdSeat }} of
 * @returns {import("./recording_parts.js").Recorded}
 */
export function recorded({ recording, call, seat }) {
  const hasGuest = recording.hasGuest;
  const sources = () => [call.remote.stream, call.local.stream, hasGuest ? (seat.remote?.stream ?? null) : null];
  return { seats: hasGuest ? 3 : 2, sources: () => sources().filter((stream) => stream !== null) };
}

// @ts-check
// What is said aloud without being looked at: base.html holds one calm and one urgent region.

/** Said when the reader pauses. @param {string} text */
export function say(text) {
  put("polite", text);
}

/** Said at once; only for: your turn, ringing, an offer, a lost call. @param {string} text */
export function shout(text) {
  put("assertive", text);
}

// Long enough to be spoken; after that the words may be true no longer, and a reader who looks around would still meet them.
const KEPT_MS = 8000;

/** @param {string} id @param {string} text */
function put(id, text) {
  const region = document.getElementById(id);
  if (!region) return;
  // A new node each time: the same words twice are then spoken twice.
  const line = document.createElement("p");
  line.textContent = text;
  region.replaceChildren(line);
  setTimeout(() => line.remove(), KEPT_MS);
}

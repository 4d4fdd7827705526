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

/** @param {string} id @param {string} text */
function put(id, text) {
  const region = document.getElementById(id);
  if (!region) return;
  // A new node each time: the same words twice are then spoken twice.
  const line = document.createElement("p");
  line.textContent = text;
  region.replaceChildren(line);
}

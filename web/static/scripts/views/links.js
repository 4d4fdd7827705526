// @ts-check
// A message's text as nodes: http and https addresses become links, everything else stays text.

const ADDRESS = /https?:\/\/[^\s<>"'\x60]+/giu;
const TRAILING = /[.,;:!?…)\]}»”’]+$/u;

/** @param {string} text @returns {(string | HTMLAnchorElement)[]} */
export function linked(text) {
  /** @type {(string | HTMLAnchorElement)[]} */
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = trimmed(found[0]);
    if (!isWeb(address)) continue;
    if (found.index > done) nodes.push(text.slice(done, found.index));
    nodes.push(anchor(address));
    done = found.index + address.length;
  }
  if (done < text.length) nodes.push(text.slice(done));
  return nodes;
}

/** The sentence's own full stop or bracket does not belong to the address. @param {string} address */
function trimmed(address) {
  const short = address.replace(TRAILING, "");
  const closesItsOwn = address[short.length] === ")" && short.includes("(");
  return closesItsOwn ? `${short})` : short;
}

/** @param {string} address */
function isWeb(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** @param {string} address */
function anchor(address) {
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.textContent = address;
  return link;
}

// @ts-check

const FINGERPRINT = /^a=fingerprint:(\S+ \S+)\s*$/gim;
const GROUPS = 4;

/**
 * Four groups of two digits from the certificates of both sides (RFC 8122), the same on both pages unless somebody stands between
 * them. @param {string} local @param {string} remote session descriptions @returns {Promise<string>}
 */
export async function shortCode(local, remote) {
  const both = [certificateIn(local), certificateIn(remote)].sort().join("\n");
  const digest = new DataView(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(both)));
  const groups = Array.from({ length: GROUPS }, (_, index) => digest.getUint32(index * 4) % 100);
  return groups.map((group) => String(group).padStart(2, "0")).join(" ");
}

/** @param {string} sdp */
function certificateIn(sdp) {
  const found = [...sdp.matchAll(FINGERPRINT)].map(([, value]) => value.toLowerCase());
  return [...new Set(found)].sort().join(" ");
}

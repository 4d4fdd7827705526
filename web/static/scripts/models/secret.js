// @ts-check

/** As a link carries it (RFC 4648, section 5). @param {Uint8Array} bytes */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text */
export async function sha256Hex(text) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return hexOf(digest);
}

/** @param {(count: number) => Uint8Array} randomBytes @param {number} count of bytes */
export function randomHex(randomBytes, count) {
  return hexOf(randomBytes(count));
}

/** @param {Uint8Array} bytes */
function hexOf(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

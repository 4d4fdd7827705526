// @ts-check
// A guest's link: what it invites to, asking to come in, and this browser's session for it.
import { base64url } from "../models/secret.js";

/** @typedef {import("../wire.js").GuestRole} GuestRole */
/** @typedef {{ csrf: string } | { role: GuestRole } | { refused: true } | { later: number }} LinkAnswer */
/** @typedef {{ csrf: string } | { code: string }} AskAnswer */

const AGAIN_MS = 3000;

/** @param {string} id @param {string} secret "" with this browser's cookie @returns {Promise<LinkAnswer>} */
export async function openLink(id, secret) {
  try {
    const answer = await post(`/j/${encodeURIComponent(id)}/open`, secret ? { secret } : {});
    if (answer.ok) return await answer.json();
    return answer.status === 404 ? { refused: true } : { later: AGAIN_MS };
  } catch {
    return { later: AGAIN_MS };
  }
}

/** Uses the link up. @param {string} id @param {{ secret: string, name: string, notice: boolean }} said @returns {Promise<AskAnswer>} */
export async function askToJoin(id, said) {
  try {
    const answer = await post(`/j/${encodeURIComponent(id)}/ask`, { ...said, tab: tabOf(id) });
    return await answer.json();
  } catch {
    return { code: "busy" };
  }
}

/** Random bytes that this tab keeps, so that asking again after a lost answer is the same asking. @param {string} id */
function tabOf(id) {
  const key = `consult.guest.${id}`;
  const fresh = base64url(crypto.getRandomValues(new Uint8Array(32)));
  try {
    const kept = sessionStorage.getItem(key) ?? fresh;
    sessionStorage.setItem(key, kept);
    return kept;
  } catch {
    return (forgetful ??= fresh);
  }
}

/** @type {string | undefined} where nothing can be kept */
let forgetful;

/** @param {string} path @param {object} content */
function post(path, content) {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
}

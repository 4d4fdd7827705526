// @ts-check
// Shows the secret of the address once, gets this browser's session for the ticket, and strips the address.

/** @typedef {{ csrf: string, label: string, pin?: string, secret?: string }} Opened */
/** @typedef {{ later: number, disrupted: boolean }} Later try again after so many ms; `disrupted`: the service says itself that it cannot now */
/** @typedef {{ opened: Opened } | { refused: "not_found" } | Later} Opening */

const AGAIN_MS = 3000;
const SERVICE_UNAVAILABLE = 503;
const USUAL_LANGUAGE = "id";

/** The ticket's id in the address. */
export function ticketId() {
  return decodeURIComponent(location.pathname.split("/")[2] ?? "");
}

/** The secret of the address; it disappears from the bar and from the history. */
export function takeSecret() {
  const secret = location.hash.slice(1);
  if (secret) history.replaceState(history.state, "", location.pathname + location.search);
  return secret;
}

/** @param {string} id @param {string} secret "" with this browser's cookie @returns {Promise<Opening>} */
export async function openTicket(id, secret) {
  try {
    const answer = await fetch(`/t/${encodeURIComponent(id)}/open`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(secret ? { secret } : {}),
    });
    if (answer.ok) return { opened: { ...(secret ? { secret } : {}), ...(await answer.json()) } };
    if (answer.status === 404) return { refused: "not_found" };
    return { later: await wait(answer), disrupted: answer.status === SERVICE_UNAVAILABLE };
  } catch {
    return { later: AGAIN_MS, disrupted: false };
  }
}

/** @param {Response} answer */
async function wait(answer) {
  try {
    return Math.max(AGAIN_MS, Number((await answer.json()).retry_ms) || 0);
  } catch {
    return AGAIN_MS;
  }
}

/** The link that brings back the place on any device, in this page's language; null where this browser may not know it. @param {string} id @param {string} [secret] */
export function linkOf(id, secret) {
  const { lang } = document.documentElement;
  const search = lang === USUAL_LANGUAGE ? "" : `?lang=${lang}`;
  return secret ? `${location.origin}/t/${encodeURIComponent(id)}${search}#${secret}` : null;
}

/** Ends this browser's session of the ticket by an ordinary form post. @param {string} id @param {string} csrf */
export function forgetHere(id, csrf) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = `/t/${encodeURIComponent(id)}/forget`;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "csrf";
  field.value = csrf;
  form.append(field);
  document.body.append(form);
  form.submit();
}

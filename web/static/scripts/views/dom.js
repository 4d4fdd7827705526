// @ts-check
// Building the page. Text goes in as text nodes only: nothing here parses markup.

/** @typedef {string | number | Node | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. Attribute values: functions become listeners (`onclick`), true/false set or leave out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(.../** @type {(string | Node)[]} */ (children.filter(isShown).map(asNode)));
  return node;
}

/** @param {Child} child */
function isShown(child) {
  return child !== null && child !== undefined && child !== false && child !== "";
}

/** @param {Child} child @returns {string | Node} */
function asNode(child) {
  return child instanceof Node ? child : String(child);
}

/** An icon of the page's sprite; it says nothing by itself. @param {string} name @param {"" | "s" | "xs"} [size] */
export function icon(name, size = "") {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", size ? `ico ${size}` : "ico");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  setIcon(use, name);
  drawing.append(use);
  return drawing;
}

/** Points a `<use>` (or the one inside `node`) at another icon. @param {Element} node @param {string} name */
export function setIcon(node, name) {
  const use = node.localName === "use" ? node : node.querySelector("use");
  const address = `#i-${name}`;
  if (use && use.getAttribute("href") !== address) use.setAttribute("href", address);
}

/** Writes `text` only when it differs, so that live regions and screen readers stay calm. @param {Element} node @param {string | number} text */
export function words(node, text) {
  if (node.textContent !== String(text)) node.textContent = String(text);
}

/** Shows or hides. @param {Element} node @param {boolean} shown */
export function show(node, shown) {
  if (node.hasAttribute("hidden") === shown) node.toggleAttribute("hidden", !shown);
}

/** A copy of the first element in `<template id>`. @param {string} id @returns {HTMLElement} */
export function clone(id) {
  const template = document.getElementById(id);
  const first = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null;
  if (!(first instanceof HTMLElement)) throw new Error(`no template #${id}`);
  return /** @type {HTMLElement} */ (document.importNode(first, true));
}

/** The element with `data-part="name"`. @param {Element} root @param {string} name @returns {HTMLElement} */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`no part ${name}`);
  return /** @type {HTMLElement} */ (found);
}

/**
 * The parts `root` has now: a view inside it may use the same names.
 * @param {Element} root @returns {(name: string) => HTMLElement}
 */
export function partsIn(root) {
  const known = new Map([...root.querySelectorAll("[data-part]")].map((node) => [node.getAttribute("data-part"), node]));
  return (name) => {
    const found = known.get(name);
    if (!found) throw new Error(`no part ${name}`);
    return /** @type {HTMLElement} */ (found);
  };
}

/** First letter for a round face. @param {string} name */
export function initial(name) {
  return (name.replace(/^(petugas|officer|ibu|bapak|bu|pak)\s+/i, "").trim()[0] ?? "?").toUpperCase();
}

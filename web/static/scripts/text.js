// @ts-check

/** @type {Record<string, string>} */
const texts = await load();

async function load() {
  const address = document.documentElement.dataset.texts;
  if (!address) throw new Error("the page names no texts (html data-texts)");
  return (await import(address)).default;
}

/** @param {string} key */
export function has(key) {
  return Object.hasOwn(texts, key);
}

/**
 * The text for people, in the page's language. An unknown key comes back as itself, so that a gap is seen and nothing breaks.
 * @param {string} key
 * @param {Record<string, string | number>} [values] for the {names} in the text
 */
export function t(key, values = {}) {
  const text = has(key) ? texts[key] : key;
  return text.replace(/\{(\w+)\}/g, (hole, name) => (Object.hasOwn(values, name) ? String(values[name]) : hole));
}

// @ts-check
import { has, t } from "../text.js";

/**
 * A text with a count in it; `<key>.one` where one needs other words.
 * @param {string} key @param {number} count @param {Record<string, string | number>} [values]
 */
export function counted(key, count, values = {}) {
  return t(count === 1 && has(`${key}.one`) ? `${key}.one` : key, { count, ...values });
}

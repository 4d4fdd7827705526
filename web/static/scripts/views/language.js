// @ts-check
// What crosses the wire in both languages.

/** The name in the language of the page. @param {string} indonesian @param {string} [english] */
export function inLanguage(indonesian, english) {
  return (document.documentElement.lang === "en" && english) || indonesian;
}

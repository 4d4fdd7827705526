// @ts-check
// What crosses the wire in both languages.

/** The name in the language of the page. @param {string} indonesian @param {string} [english] */
export function inLanguage(indonesian, english) {
  return (document.documentElement.lang === "en" && english) || indonesian;
}

/** The name of the service that somebody is waiting for or served by. @param {{ service_name: string, service_name_en?: string } | null | undefined} shown */
export function serviceName(shown) {
  return shown ? inLanguage(shown.service_name, shown.service_name_en) : "";
}

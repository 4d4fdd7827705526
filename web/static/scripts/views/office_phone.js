// @ts-check

/** The telephone number of the office, for when nothing else works. */
export function officePhone() {
  return document.documentElement.dataset.phone ?? "";
}

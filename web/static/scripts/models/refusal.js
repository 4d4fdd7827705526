// @ts-check

/** An order that was not carried out. `code` is worded by the catalogue as `error.<code>`. */
export class Refusal extends Error {
  /**
   * @param {string} code
   * @param {Record<string, string | number>} [values]
   * @param {number | null} [retryMs]
   */
  constructor(code, values = {}, retryMs = null) {
    super(code);
    this.name = "Refusal";
    this.code = code;
    this.values = values;
    this.retryMs = retryMs;
  }
}

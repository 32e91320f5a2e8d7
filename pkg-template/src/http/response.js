/** What came back. A body that is JSON is parsed. */
export class XanoResponse {
  /**
   * @param {{ data: any, headers?: Record<string, any>, status: number }} answer
   * @param {string} [objectPrefix]
   */
  constructor({ data, headers, status }, objectPrefix = "") {
    this.body = data;
    this.headers = headers ?? {};
    this.objectPrefix = objectPrefix;
    this.status = status;
    if (typeof data === "string" && data !== "" && this.headers["content-type"]?.startsWith("application/json")) {
      // A second time, as in the original: a JSON text that holds JSON is what it holds.
      this.body = parsed(data);
    }
  }

  getBody(objectPrefix = "") {
    const prefix = objectPrefix || this.objectPrefix;
    return prefix ? prefixed(this.body, prefix) : this.body;
  }

  getHeaders() {
    return this.headers;
  }

  getStatusCode() {
    return this.status;
  }
}

/** @param {number} status */
export function isSuccess(status) {
  return status >= 200 && status < 300;
}

/**
 * The value of a JSON text, or the text itself where it is none.
 * @param {string} text
 */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * @param {any} value
 * @param {string} prefix
 * @returns {any}
 */
function prefixed(value, prefix) {
  if (Array.isArray(value)) return value.map((item) => prefixed(item, prefix));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [prefix + key, prefixed(item, prefix)]));
}

/** @typedef {{ timeout?: number, withCredentials?: boolean, signal?: AbortSignal, responseType?: string }} Settings */

const KNOWN = ["headers", "timeout", "withCredentials", "signal", "responseType"];
const warned = new Set();

/**
 * What of `customAxiosRequestConfig` has an effect. Any other key has none, as in the original; that is said once.
 * @param {import("../types.js").Config} config
 * @returns {Settings}
 */
export function requestSettings({ customAxiosRequestConfig }) {
  for (const key in customAxiosRequestConfig) {
    if (KNOWN.includes(key) || warned.has(key)) continue;
    warned.add(key);
    console.warn(`customAxiosRequestConfig.${key} has no effect; these have: ${KNOWN.join(", ")}.`);
  }
  return customAxiosRequestConfig ?? {};
}

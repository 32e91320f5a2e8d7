/** @import { Config } from "../types.js" */

/**
 * @param {Config} config
 * @param {string} key
 * @param {string | null} value
 */
export function store({ storage }, key, value) {
  if (value === null) storage.removeItem(key);
  else storage.setItem(key, value);
}

/** @param {unknown} value */
export function isToken(value) {
  return typeof value === "string" && value.length > 0;
}

/**
 * An address, if the settings have one already.
 * @param {() => string} address
 */
export function known(address) {
  try {
    return address();
  } catch {
    return undefined;
  }
}

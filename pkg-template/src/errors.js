import { FAILURES } from "./core/numbers.js";

/**
 * A failure that Rust has named, as an error.
 * @param {number} number
 */
export function failure(number) {
  return coded(...wordsOf(number));
}

/**
 * The code of a failure that Rust has named, and its text.
 * @param {number} number
 * @returns {[code: string, message: string]}
 */
export function wordsOf(number) {
  const [code, message, help = ""] = /** @type {[string, string, string?]} */ (FAILURES[number]);
  return [code, message + help];
}

/**
 * An error of this client: `code` is for programs, the message for people.
 * @param {string} code
 * @param {string} message
 */
export function coded(code, message) {
  return Object.assign(new Error(message), { code });
}

/**
 * A text of anything at all: an object may have none, and one that is nested deeply takes more stack than there is.
 * @param {unknown} value
 * @param {(value: any) => string} [write]
 */
export function textOf(value, write = String) {
  try {
    return write(value);
  } catch {
    return "something that cannot be made a text";
  }
}

/**
 * An error in the words of the original, with what to do about it.
 * @param {string} message
 * @param {string} hint
 */
export function hinted(message, hint) {
  return HELP ? Object.assign(new Error(message), { hint }) : new Error(message);
}

/**
 * An error that looks like the one that axios would have thrown.
 * @param {string} message
 * @param {string} [code]
 * @param {string} [name]
 * @param {object} [more]
 */
export function failure(message, code, name = "AxiosError", more) {
  return Object.assign(new Error(message), { name, code, ...more });
}

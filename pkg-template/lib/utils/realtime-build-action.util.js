/**
 * The text of a frame.
 * @param {string} action
 * @param {any} options
 * @param {any} [payload]
 */
export function realtimeBuildActionUtil(action, options, payload = null) {
  return JSON.stringify({ action, options, payload });
}

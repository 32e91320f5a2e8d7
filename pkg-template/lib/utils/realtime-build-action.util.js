/** The text of a frame. */
export function realtimeBuildActionUtil(action, options, payload = null) {
  return JSON.stringify({ action, options, payload });
}

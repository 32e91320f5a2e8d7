/** An error of this client: `code` is for programs, the message for people. */
export function coded(code, message) {
  return Object.assign(new Error(message), { code });
}

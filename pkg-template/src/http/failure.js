/** An error that looks like the one that axios would have thrown. */
export function failure(message, code, name = "AxiosError", more) {
  return Object.assign(new Error(message), { name, code, ...more });
}

// A random request for the original, changed where docs/deviations.md says that ours treats it differently.

/** The numbers of that document that are dealt with in here, and how often each was needed. */
export const uses = new Map([
  [19, 0],
  [20, 0],
  [21, 0],
  [40, 0],
]);

function use(number) {
  uses.set(number, uses.get(number) + 1);
}

/** What has to be given to the original to get what ours does. */
export function forOriginal(request) {
  const { endpoint, params, settings } = request;
  const isElsewhere = endpoint.startsWith("https://elsewhere.test");
  if (isElsewhere && settings.authToken) {
    use(19);
    settings.authToken = undefined;
  }
  if (isElsewhere && (settings.customAxiosRequestConfig.headers || settings.dataSource)) {
    use(40);
    settings.customAxiosRequestConfig.headers = undefined;
    settings.dataSource = undefined;
  }
  for (const [name, value] of Object.entries(params ?? {})) {
    if (!(value instanceof Blob) || value instanceof File) continue;
    use(21);
    params[name] = new File([value], "blob", { type: value.type });
  }
  return request;
}

/** The original writes into the caller's headers. */
export function leavingHeaders(headers, given) {
  if (JSON.stringify(headers) !== JSON.stringify(given)) use(20);
  return given;
}

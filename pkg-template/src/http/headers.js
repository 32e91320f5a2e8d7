import { originOf } from "./url.js";

/**
 * The headers of a request. What stands further down wins, whatever the case of its name; `null` and `false` take a
 * header out.
 */
export function requestHeaders(config, baseUrl, url, token, callHeaders, body, contentType) {
  const layers = { ...config.customAxiosRequestConfig?.headers, ...callHeaders };
  if (token !== undefined && originOf(url, baseUrl) === originOf(baseUrl)) layers.Authorization = `Bearer ${token}`;
  if (config.dataSource && typeof config.dataSource === "string") layers["X-Data-Source"] = config.dataSource;
  if (contentType) layers["Content-Type"] = contentType;
  const headers = new Headers({ Accept: "application/json, text/plain, */*" });
  for (const [name, value] of Object.entries(layers)) {
    if (value === undefined || value === null || value === false) headers.delete(name);
    else headers.set(name, value);
  }
  // Without a body there is no type to tell, and the boundary of a form is fetch's to choose.
  if (typeof body !== "string") headers.delete("Content-Type");
  return headers;
}

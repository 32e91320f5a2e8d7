import { originOf } from "./url.js";

/** @import { Config } from "../types.js" */

/**
 * The headers of a request. What stands further down wins, whatever the case of its name; `null` and `false` take a
 * header out. The headers of the settings are for the origin of the base URL alone, as the token is; the headers of a call go where
 * the call goes.
 * @param {Config} config
 * @param {string} baseUrl
 * @param {string} url
 * @param {string | null | undefined} token
 * @param {Record<string, any> | undefined} callHeaders
 * @param {string | FormData | undefined} body
 * @param {string | undefined} contentType
 */
export function requestHeaders(config, baseUrl, url, token, callHeaders, body, contentType) {
  const { customAxiosRequestConfig, dataSource } = config;
  const isHome = originOf(url, baseUrl) === originOf(baseUrl);
  /** @type {Record<string, any>} */
  const layers = { ...(isHome && customAxiosRequestConfig?.headers), ...callHeaders };
  if (isHome && token !== undefined) layers.Authorization = `Bearer ${token}`;
  if (isHome && dataSource && typeof dataSource === "string") layers["X-Data-Source"] = dataSource;
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

import { urlParts } from "../url-parts.js";
import { query } from "./query.js";

/**
 * Where a request goes: the endpoint behind the base, unless it is a whole URL itself, and the query behind that.
 * @param {string} base
 * @param {string} endpoint
 * @param {any} params
 */
export function requestUrl(base, endpoint, params) {
  const url = isAbsolute(endpoint) ? endpoint : join(base, endpoint);
  const search = params ? query(params) : "";
  if (!search) return url;
  const [beforeHash] = /** @type {[string]} */ (url.split("#"));
  return beforeHash + (beforeHash.includes("?") ? "&" : "?") + search;
}

/**
 * What the requests of a client with these settings begin with.
 * @param {import("../types.js").Config} config
 */
export function baseUrlOf({ apiGroupBaseUrl, instanceBaseUrl }) {
  return apiGroupBaseUrl || instanceBaseUrl;
}

/**
 * The origin of a URL, which may be relative to a base, and that to the page.
 * @param {string} url
 * @param {string} [base]
 */
export function originOf(url, base) {
  const page = globalThis.location?.href;
  return urlParts(url, base === undefined ? page : new URL(base, page)).origin;
}

/** @param {string} endpoint */
function isAbsolute(endpoint) {
  return /^([a-z][a-z\d+\-.]*:)?\/\//i.test(endpoint);
}

/**
 * @param {string} base
 * @param {string} endpoint
 */
function join(base, endpoint) {
  // Two slashes at the end of the base at most, and any number before the endpoint, as in axios.
  return endpoint ? `${base.replace(/\/?\/$/, "")}/${endpoint.replace(/^\/+/, "")}` : base;
}

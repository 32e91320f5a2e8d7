import { requestBody } from "./body.js";
import { readEvents } from "./event-stream.js";
import { failure } from "./failure.js";
import { requestHeaders } from "./headers.js";
import { followed } from "./redirects.js";
import { isSuccess, parsed } from "./response.js";
import { requestSettings } from "./settings.js";
import { requestUrl } from "./url.js";

/** @import { Config } from "../types.js" */
/**
 * @typedef {object} Request
 * @property {string} [method]
 * @property {string} endpoint
 * @property {any} [urlParams]
 * @property {any} [bodyParams]
 * @property {any} [headerParams]
 * @property {(event: any) => void} [streamingCallback]
 * @property {string | null} [token]
 * @property {(value: any) => any} formField
 */

const HINT = "No answer came. Check the URL, the network, CORS, and the page's CSP (connect-src).";

/**
 * @param {Config} config
 * @param {string} baseUrl
 * @param {Request} request
 */
export function send(config, baseUrl, { endpoint, urlParams, bodyParams, headerParams, ...request }) {
  const { streamingCallback: onEvent, token } = request;
  // As axios has it, where `patch` is no method of fetch.
  const method = (request.method ?? "GET").toUpperCase();
  // Outside of the promise: what JSON cannot say throws, as in the original. No browser sends a body with these two.
  const hasNoBody = /^(GET|HEAD)$/.test(method);
  const { body, contentType } = requestBody(!hasNoBody && bodyParams, request.formField);
  const settings = requestSettings(config);
  return exchange(settings, onEvent, () => {
    const url = requestUrl(baseUrl, endpoint, urlParams);
    const headers = requestHeaders(config, baseUrl, url, token, headerParams, body, contentType);
    // The original takes another way for streams, and cookies do not go along there.
    const credentials = settings.withCredentials ? "include" : onEvent ? "omit" : "same-origin";
    return [url, { method, headers, body, credentials }];
  });
}

/**
 * @param {import("./settings.js").Settings} settings
 * @param {((event: any) => void) | undefined} onEvent
 * @param {() => [url: string, init: import("./redirects.js").Init]} prepare
 */
async function exchange({ timeout, signal, responseType }, onEvent, prepare) {
  const [url, init] = prepare();
  const controller = new AbortController();
  /** @type {{ reason: unknown } | undefined} */
  let stopped;
  const stop = (/** @type {unknown} */ reason) => {
    stopped ??= { reason };
    controller.abort();
  };
  const cancel = () => stop(failure("canceled", "ERR_CANCELED", "CanceledError"));
  const expire = () => stop(failure(`timeout of ${timeout}ms exceeded`, "ECONNABORTED"));
  /**
   * What the application throws ends the stream, and is what the promise rejects with.
   * @param {any} event
   */
  const handOut = (event) => {
    if (stopped) return;
    try {
      onEvent?.(event);
    } catch (error) {
      stop(error);
    }
  };
  const timer = timeout && timeout > 0 ? setTimeout(expire, timeout) : undefined;
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  try {
    const response = await followed(url, { ...init, signal: controller.signal });
    const { body, headers, status } = response;
    const data =
      onEvent && body && isSuccess(status)
        ? await readEvents(body, handOut).then(() => body)
        : await read(response, responseType);
    if (stopped) throw undefined;
    return { data, headers: Object.fromEntries(headers), status };
  } catch (cause) {
    const known = /** @type {{ reason: unknown } | undefined} */ (stopped);
    throw known ? known.reason : failure("Network Error", "ERR_NETWORK", undefined, { cause, hint: HINT });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  }
}

/**
 * @param {Response} response
 * @param {string | undefined} type
 */
async function read(response, type) {
  if (type === "blob") return response.blob();
  if (type === "arraybuffer") return response.arrayBuffer();
  const text = await response.text();
  // Whatever the server calls it; only a caller who asks for text gets text.
  return type === "text" ? text : parsed(text);
}

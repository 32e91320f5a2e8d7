import { requestBody } from "./body.js";
import { failure } from "./failure.js";
import { requestHeaders } from "./headers.js";
import { parsed } from "./response.js";
import { requestUrl } from "./url.js";

export function send(config, baseUrl, token, method, endpoint, urlParams, bodyParams, headerParams) {
  // Outside of the promise: what JSON cannot say throws, as in the original.
  const { body, contentType } = requestBody(bodyParams);
  const settings = config.customAxiosRequestConfig ?? {};
  return exchange(settings, () => {
    const url = requestUrl(baseUrl, endpoint, urlParams);
    const headers = requestHeaders(config, baseUrl, url, token, headerParams, body, contentType);
    return [url, { method, headers, body, credentials: settings.withCredentials ? "include" : "same-origin" }];
  });
}

async function exchange({ timeout, signal, responseType }, prepare) {
  const [url, init] = prepare();
  const controller = new AbortController();
  let stopped;
  const stop = (reason) => {
    stopped = reason;
    controller.abort();
  };
  const cancel = () => stop(failure("canceled", "ERR_CANCELED", "CanceledError"));
  const expire = () => stop(failure(`timeout of ${timeout}ms exceeded`, "ECONNABORTED"));
  const timer = timeout > 0 ? setTimeout(expire, timeout) : undefined;
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  try {
    const response = await fetch(url, { ...init, signal: controller.signal });
    return {
      data: await read(response, responseType),
      headers: Object.fromEntries(response.headers),
      status: response.status,
    };
  } catch (cause) {
    throw stopped ?? failure("Network Error", "ERR_NETWORK", "AxiosError", cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  }
}

async function read(response, type) {
  if (type === "blob") return response.blob();
  if (type === "arraybuffer") return response.arrayBuffer();
  const text = await response.text();
  // Whatever the server calls it; only a caller who asks for text gets text.
  return type === "text" ? text : parsed(text);
}

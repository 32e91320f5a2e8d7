// The original's script bundle in a page of its own, and our package, on the same network.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import vm from "node:vm";
import { FakeXMLHttpRequest, fakeFetch, network } from "./answers.js";

const ORIGINAL = createRequire(import.meta.url).resolve("@xano/js-sdk/dist/xano.min.js");

/** The platform's own. */
export const networkFetch = globalThis.fetch;
globalThis.fetch = fakeFetch;
export { sdk as ours } from "../../support/package.js";
export const original = loadOriginal();

/** What comes of a call: the request that was sent, and the response or the error. */
export async function outcome(library, call, settings = {}, answer = undefined) {
  network.reset(answer);
  const config = {
    apiGroupBaseUrl: "https://h.test/api:1",
    storage: new library.XanoObjectStorage(),
    ...(typeof settings === "function" ? settings() : settings),
  };
  let result;
  let isThrown = true;
  try {
    const promise = call(new library.XanoClient(config), { File, Blob, FormData, XanoFile: library.XanoFile });
    isThrown = false;
    result = { response: describe(await promise) };
  } catch (error) {
    const { message, name, code } = error;
    result = { isThrown, message, name, code, response: error.getResponse && describe(error.getResponse()) };
  }
  // By way of JSON: objects of the original's page have other prototypes.
  return JSON.parse(JSON.stringify({ request: network.seen && sorted(network.seen), ...result }));
}

function sorted(request) {
  return { ...request, headers: Object.fromEntries(Object.entries(request.headers).sort()) };
}

function describe(response) {
  const headers = Object.entries({ ...response.getHeaders() }).filter(([, value]) => value !== "");
  const body = response.getBody();
  const isBuffer = Object.prototype.toString.call(body) === "[object ArrayBuffer]";
  return {
    status: response.getStatusCode(),
    headers: Object.fromEntries(headers.sort()),
    body: isBuffer ? ["buffer", Buffer.from(body).toString()] : body,
  };
}

function loadOriginal() {
  const location = { href: "https://page.test/", protocol: "https:" };
  const page = vm.createContext({
    ...{ XMLHttpRequest: FakeXMLHttpRequest, FormData, File, Blob, URL, URLSearchParams, TextEncoder, console },
    ...{ AbortController, AbortSignal, setTimeout, clearTimeout, Event, EventTarget, WebSocket: class {} },
    ...{ TransformStream, ReadableStream, TextDecoderStream },
    ...{ document: { cookie: "" }, navigator: { product: "", userAgent: "" }, location },
  });
  page.window = page.self = page.global = page;
  vm.runInContext(readFileSync(ORIGINAL, "utf8"), page);
  return vm.runInContext("({ XanoClient, XanoObjectStorage })", page);
}

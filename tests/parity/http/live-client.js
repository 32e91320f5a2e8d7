// Clients of the original and of ours that reach a server by way of Node's own network.

import { XanoNodeClient } from "@xano/js-sdk/lib/node-client.js";
import { fakeFetch } from "./answers.js";
import { networkFetch, ours } from "./clients.js";

export function liveClient(t, library, settings) {
  globalThis.fetch = networkFetch;
  t.after(() => {
    globalThis.fetch = fakeFetch;
  });
  return library === "original" ? new XanoNodeClient(settings) : new ours.XanoNodeClient(settings);
}

// A server for one test, and clients of the original and of ours that reach it by way of Node's own network.

import { once } from "node:events";
import { createServer } from "node:http";
import { XanoNodeClient } from "@xano/js-sdk/lib/node-client.js";
import { fakeFetch } from "./answers.js";
import { networkFetch, ours } from "./clients.js";

/** Its address; `answer` is a listener of Node's HTTP server. */
export async function liveServer(t, answer) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

export function liveClient(t, library, settings) {
  globalThis.fetch = networkFetch;
  t.after(() => {
    globalThis.fetch = fakeFetch;
  });
  return library === "original" ? new XanoNodeClient(settings) : new ours.XanoNodeClient(settings);
}

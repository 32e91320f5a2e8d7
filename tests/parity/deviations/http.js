// Deviations of HTTP.

import { once } from "node:events";
import { createServer } from "node:http";
import { XanoNodeClient } from "@xano/js-sdk/lib/node-client.js";
import { networkFetch, original, ours, outcome } from "../http/clients.js";

const LIBRARIES = { original, ours };
const TIMEOUT_MS = 1_000;

export const http = [
  {
    number: 19,
    title: "a token does not go to another origin",
    async play(library) {
      const call = (client) => client.get("https://elsewhere.test/x");
      const { request } = await outcome(LIBRARIES[library], call, { authToken: "token" });
      return request.headers.authorization;
    },
    original: "Bearer token",
    ours: undefined,
  },
  {
    number: 20,
    title: "the caller's headers are left as they are",
    async play(library) {
      const headers = {};
      const settings = { authToken: "token", customAxiosRequestConfig: { headers } };
      await outcome(LIBRARIES[library], (client) => client.post("/x", { a: 1 }), settings);
      return Object.keys(headers);
    },
    original: ["Authorization", "Content-Type"],
    ours: [],
  },
  {
    number: 21,
    title: "a Blob makes a form, as a File does",
    async play(library) {
      const call = (client) => client.post("/x", { blob: new Blob(["text"], { type: "text/plain" }) });
      return (await outcome(LIBRARIES[library], call)).request.body;
    },
    original: '{"blob":{}}',
    ours: [["blob", ["file", "blob", "text/plain", "text"]]],
  },
  {
    number: 22,
    title: "a timeout counts until the body has been read, in Node too",
    async play(library, t) {
      const apiGroupBaseUrl = await drippingServer(t);
      const settings = { apiGroupBaseUrl, customAxiosRequestConfig: { timeout: TIMEOUT_MS } };
      if (library === "original") return (await new XanoNodeClient(settings).get("/x")).getBody().at(-1);
      t.mock.method(globalThis, "fetch", networkFetch);
      const { code } = await new ours.XanoClient(settings).get("/x").catch((error) => error);
      return code;
    },
    original: "!",
    ours: "ECONNABORTED",
  },
];

/** Its answer takes longer than the timeout, and is never silent for so long. */
async function drippingServer(t) {
  const server = createServer(async (_, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    const started = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - started < TIMEOUT_MS * 1.1) return response.write(".");
      clearInterval(timer);
      response.end("!");
    }, 20);
    response.on("close", () => clearInterval(timer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

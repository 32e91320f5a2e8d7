// Deviations of HTTP.

import { original, ours, outcome } from "../http/clients.js";
import { liveServer } from "../../support/live-server.js";
import { liveClient } from "../http/live-client.js";

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
      const asked = liveClient(t, library, settings).get("/x");
      return asked.then(
        (response) => response.getBody().at(-1),
        ({ code }) => code,
      );
    },
    original: "!",
    ours: "ECONNABORTED",
  },
  {
    number: 31,
    title: "a request setting that has no effect is named on the console, once",
    async play(library, t) {
      const warned = t.mock.method(console, "warn", () => {});
      const settings = { customAxiosRequestConfig: { maxRedirects: 3 } };
      for (const endpoint of ["/x", "/y"]) {
        await outcome(LIBRARIES[library], (client) => client.get(endpoint), settings);
      }
      return warned.mock.callCount();
    },
    original: 0,
    ours: 1,
  },
  {
    number: 39,
    title: "a token in the storage goes to the origin that it was set for",
    async play(library) {
      const { XanoObjectStorage } = LIBRARIES[library];
      const storage = new XanoObjectStorage();
      const call = (client) => client.get("/x");
      const settings = { authToken: "token", storage };
      await outcome(LIBRARIES[library], call, settings);
      const seen = [];
      for (const apiGroupBaseUrl of ["https://h.test/api:2", "https://another.test/api:1"]) {
        const { request } = await outcome(LIBRARIES[library], call, { apiGroupBaseUrl, storage });
        seen.push(request.headers.authorization ?? "none");
      }
      return seen;
    },
    original: ["Bearer token", "Bearer token"],
    ours: ["Bearer token", "none"],
  },
  {
    number: 40,
    title: "headers of the settings do not go to another origin",
    async play(library) {
      const settings = { dataSource: "live", customAxiosRequestConfig: { headers: { "X-Api-Key": "key" } } };
      const seen = [];
      for (const endpoint of ["/x", "https://elsewhere.test/x"]) {
        const { request } = await outcome(LIBRARIES[library], (client) => client.get(endpoint), settings);
        seen.push([request.headers["x-api-key"], request.headers["x-data-source"]].filter(Boolean));
      }
      return seen;
    },
    original: [
      ["key", "live"],
      ["key", "live"],
    ],
    ours: [["key", "live"], []],
  },
  {
    number: 40,
    title: "headers of the settings do not go along a redirect to another origin",
    async play(library, t) {
      const seen = [];
      const elsewhere = await liveServer(t, ({ headers }, response) => {
        seen.push(headers["x-api-key"] ?? "none");
        response.end();
      });
      const home = await liveServer(t, (_, response) => response.writeHead(302, { location: elsewhere }).end());
      const settings = { apiGroupBaseUrl: home, customAxiosRequestConfig: { headers: { "X-Api-Key": "key" } } };
      await liveClient(t, library, settings).get("/x");
      return seen;
    },
    original: ["key"],
    ours: ["none"],
  },
  {
    number: 45,
    title: "a GET has no body",
    async play(library, t) {
      const apiGroupBaseUrl = await liveServer(t, async (request, response) => {
        let body = "";
        for await (const chunk of request) body += chunk;
        response.writeHead(200, { "content-type": "text/plain" }).end(body || "none");
      });
      const client = liveClient(t, library, { apiGroupBaseUrl });
      const request = { method: "get", endpoint: "/x", bodyParams: { a: 1 } };
      return (await client.request(request)).getBody();
    },
    original: { a: 1 },
    ours: "none",
  },
  {
    number: 34,
    title: "the content of a XanoFile may be a buffer",
    async play(library) {
      const call = (client, { XanoFile }) => client.post("/x", { file: new XanoFile("n.bin", new Uint8Array([65])) });
      const { request, name } = await outcome(LIBRARIES[library], call);
      return request?.body ?? name;
    },
    original: "TypeError",
    ours: [["file", ["file", "n.bin", "application/octet-stream", "A"]]],
  },
];

/** Its answer takes longer than the timeout, and is never silent for so long. */
function drippingServer(t) {
  return liveServer(t, (_, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    const started = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - started < TIMEOUT_MS * 1.1) return response.write(".");
      clearInterval(timer);
      response.end("!");
    }, 20);
    response.on("close", () => clearInterval(timer));
  });
}

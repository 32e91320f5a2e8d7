// Server-sent events on the original and on ours, from the same server: what the callback gets, and how it ends.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import original from "@xano/js-sdk";
import { sdk as ours } from "../support/package.js";

const STREAMS = [
  ["one event", ["data: hello\n\n"]],
  ["several in one chunk", ["data: a\n\ndata: b\n\nevent: c\ndata: d\n\n"]],
  ["one in several chunks", ["da", "ta: he", "llo", "\n", "\n"]],
  [
    "half a character at the end of a chunk",
    [Buffer.from("data: é😀\n\n").subarray(0, 8), Buffer.from("data: é😀\n\n").subarray(8)],
  ],
  ["several lines", ["data: one\ndata: two\ndata:\ndata:  three\n\n"]],
  ["JSON", ['data: {"a":[1,null]}\n\n', "data: {broken\n\n"]],
  ["ids that stay", ["id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"]],
  ["types", ["event: delta\ndata: a\n\ndata: b\n\nevent:\ndata: c\n\n"]],
  ["comments, retry and unknown fields", [": keep-alive\n\nretry: 5\nfoo: bar\ndata: a\n\n"]],
  ["events without data", ["event: a\n\nevent: b\n\ndata: c\n\n"]],
  ["empty data", ["data\n\n", "data:\n\n"]],
  ["CRLF", ["event: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n"]],
  ["CRLF in two chunks", ["data: a\r", "\n\r", "\ndata: b\r\n", "\r\n"]],
  ["an id without data", ["id: 5\n\ndata: a\n\n"]],
  ["a byte order mark", ["\ufeffdata: a\n\n"]],
  ["an event without an end", ["data: a\n\ndata: b\n"]],
  ["nothing", []],
];

let server;
/** Writes the answer of the next request. */
let answer;

before(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
});

after(() => {
  server.closeAllConnections();
  server.close();
});

for (const [name, chunks] of STREAMS) {
  test(`like the original: ${name}`, async () => {
    const expected = await streamed(original, chunks);
    assert.deepEqual(await streamed(ours, chunks), expected);
  });
}

test("what the callback throws ends the stream, and the promise rejects with it", async () => {
  for (const library of [original, ours]) {
    answer = (_request, response) => response.write("data: a\n\ndata: b\n\n");
    const seen = [];
    const call = clientOf(library).post("/x", {}, {}, ({ data }) => {
      seen.push(data);
      throw new Error("enough");
    });
    await assert.rejects(call, { message: "enough" });
    assert.deepEqual(seen, ["a"]);
  }
});

test("events come while the stream goes on, and a signal ends it", async () => {
  answer = (_request, response) => response.write("data: first\n\n");
  const controller = new AbortController();
  const call = clientOf(ours, { customAxiosRequestConfig: { signal: controller.signal } }).get("/x", {}, {}, () =>
    controller.abort(),
  );
  await assert.rejects(call, { message: "canceled", code: "ERR_CANCELED", name: "CanceledError" });
});

test("a stream that breaks off is a network error, with help", async () => {
  answer = (_request, response) => {
    response.write("data: first\n\n");
    setImmediate(() => response.destroy());
  };
  await assert.rejects(
    clientOf(ours).get("/x", {}, {}, () => {}),
    { message: "Network Error", code: "ERR_NETWORK", hint: /CORS/ },
  );
});

function clientOf({ XanoClient, XanoObjectStorage }, settings) {
  const { port } = server.address();
  return new XanoClient({
    apiGroupBaseUrl: `http://127.0.0.1:${port}`,
    storage: new XanoObjectStorage(),
    ...settings,
  });
}

async function streamed(library, chunks) {
  answer = async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    for (const chunk of chunks) {
      // A chunk of its own: the one before has left.
      await new Promise((resolve) => response.write(chunk, resolve));
    }
    response.end();
  };
  const events = [];
  const response = await clientOf(library).post("/x", { a: 1 }, {}, (event) => {
    events.push({ ...event, json: event.dataAsJSON() });
  });
  return { events, status: response.getStatusCode() };
}

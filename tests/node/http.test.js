// HTTP beside what tests/parity holds against the original: help in errors, settings that do nothing, forms on Node.

import assert from "node:assert/strict";
import { test } from "node:test";
import "../support/node-page.js";
import { sdk } from "../support/package.js";

const { XanoClient, XanoFile, XanoNodeClient } = sdk;

const BASE = { apiGroupBaseUrl: "https://x8.xano.io/api:abc" };

function answering(t, answer) {
  const requests = [];
  t.mock.method(globalThis, "fetch", async (url, init) => {
    requests.push({ url, ...init });
    return answer();
  });
  return requests;
}

test("errors in the original's words carry help beside them", async (t) => {
  for (const call of [() => new XanoClient({}).get("/x"), () => new XanoClient({}).channel("x")]) {
    assert.throws(call, { message: /^Please configure/, hint: /new XanoClient/ });
  }
  answering(t, () => new Response("{}", { status: 404 }));
  await assert.rejects(new XanoClient(BASE).get("/x"), {
    message: "There was an error with your request",
    hint: /404.+getResponse/,
  });
  answering(t, () => Promise.reject(new TypeError("fetch failed")));
  await assert.rejects(new XanoClient(BASE).get("/x"), { message: "Network Error", code: "ERR_NETWORK", hint: /CORS/ });
});

test("a request setting that does nothing is named once, by the first request", async (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  answering(t, () => new Response("{}"));
  const customAxiosRequestConfig = { timeout: 5_000, maxRedirects: 3, transformResponse: [] };
  const client = new XanoClient({ ...BASE, customAxiosRequestConfig });
  await client.get("/x");
  await client.get("/x");
  const texts = warned.mock.calls.map(({ arguments: [text] }) => text);
  assert.deepEqual(
    texts.map((text) => text.split(" ")[0]),
    ["customAxiosRequestConfig.maxRedirects", "customAxiosRequestConfig.transformResponse"],
  );
});

test("XanoNodeClient writes objects in a form as JSON, and the content of a file as it is", async (t) => {
  const requests = answering(t, () => new Response("{}"));
  const file = new XanoFile("n.bin", Buffer.from("xyz"));
  await new XanoNodeClient(BASE).post("/x", { file, o: { a: [1] }, n: null, s: "text" });
  const fields = [...requests[0].body].filter(([name]) => name !== "file");
  assert.deepEqual(fields, [
    ["o", '{"a":[1]}'],
    ["n", "null"],
    ["s", "text"],
  ]);
  const sent = requests[0].body.get("file");
  assert.equal(sent.name, "n.bin");
  assert.equal(await sent.text(), "xyz");
});

test("XanoNodeClient keeps tokens in memory, each for itself", () => {
  new XanoNodeClient({ ...BASE, authToken: "mine" });
  assert.ok(!new XanoNodeClient(BASE).hasAuthToken());
});

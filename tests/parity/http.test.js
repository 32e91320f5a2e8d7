// The same requests on the original and on ours: what goes over the network, and what the caller gets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { original, ours, outcome } from "./http/clients.js";
import { corpus } from "./http/corpus.js";

for (const [name, call, settings, answer] of corpus) {
  test(`like the original: ${name}`, async () => {
    const expected = await outcome(original, call, settings, answer);
    assert.deepEqual(await outcome(ours, call, settings, answer), expected);
  });
}

test("a token does not go to another origin", async () => {
  const call = (client) => client.get("https://elsewhere.test/x");
  const settings = { authToken: "token" };
  const sentByOriginal = (await outcome(original, call, settings)).request;
  assert.equal(sentByOriginal.headers.authorization, "Bearer token");
  const { request } = await outcome(ours, call, settings);
  assert.equal(request.url, "https://elsewhere.test/x");
  assert.equal("authorization" in request.headers, false);
});

test("the caller's headers are left as they are", async () => {
  const theirs = {};
  const mine = {};
  const call = (client) => client.post("/x", { a: 1 });
  await outcome(original, call, { authToken: "token", customAxiosRequestConfig: { headers: theirs } });
  await outcome(ours, call, { authToken: "token", customAxiosRequestConfig: { headers: mine } });
  assert.ok("Authorization" in theirs, "the original writes into them");
  assert.deepEqual(mine, {});
});

test("a Blob makes a form, as a File does", async () => {
  const call = (client) => client.post("/x", { blob: new Blob(["text"], { type: "text/plain" }) });
  assert.equal((await outcome(original, call)).request.body, '{"blob":{}}');
  assert.deepEqual((await outcome(ours, call)).request.body, [["blob", ["file", "blob", "text/plain", "text"]]]);
});

test("a XanoFile goes by its name", async () => {
  const call = (client, { XanoFile }) =>
    client.post("/x", { file: new XanoFile("n.bin", new Blob(["xyz"])), o: { a: 1 } });
  const { request } = await outcome(ours, call);
  assert.deepEqual(request.body, [
    ["file", ["file", "n.bin", "", "xyz"]],
    ["o", "[object Object]"],
  ]);
});

test("a timeout counts while the body is read as well", async () => {
  const settings = { customAxiosRequestConfig: { timeout: 20 } };
  const { message, code } = await outcome(ours, (client) => client.get("/x"), settings, "hang in body");
  assert.deepEqual({ message, code }, { message: "timeout of 20ms exceeded", code: "ECONNABORTED" });
});

// Where WebAssembly is refused, HTTP and tokens work, and the first channel says what is wrong. In a file of its own: it
// refuses WebAssembly before the package is loaded.

import assert from "node:assert/strict";
import { test } from "node:test";

const { Module } = WebAssembly;
globalThis.fetch = async (url, { method }) =>
  new Response(JSON.stringify({ url, method }), { headers: { "content-type": "application/json" } });
// As a policy without 'wasm-unsafe-eval' does it.
WebAssembly.Module = class {
  constructor() {
    throw new WebAssembly.CompileError("Refused to compile");
  }
};

const { client, XanoClient } = await import("../support/node-page.js");

test("a client without channels needs no WebAssembly: requests and tokens", async () => {
  const jill = new XanoClient({ apiGroupBaseUrl: "https://x8.xano.io/api:1", authToken: "token" });
  const { body } = await jill.get("/me");
  assert.deepEqual(body, { url: "https://x8.xano.io/api:1/me", method: "GET" });
  jill.setRealtimeAuthToken("realtime").realtimeReconnect();
  assert.ok(jill.hasAuthToken() && jill.hasRealtimeAuthToken());
  assert.throws(() => jill.setRealtimeAuthToken("Bearer x"), { code: "invalid_token" });
  assert.equal(jill.connectionStatus, "disconnected");
  jill.destroy();
});

test("the first channel throws one error that names the cause and the way out, and so does the next one", async () => {
  for (const jill of [client(), client()]) {
    assert.throws(() => jill.channel("room"), /^Error: xano-wasm could not start: .+wasm-unsafe-eval/);
    assert.equal((await jill.get("/me")).status, 200);
  }
});

test("it begins where WebAssembly is there after all", () => {
  WebAssembly.Module = Module;
  client()
    .channel("room")
    .on(() => {})
    .destroy();
});

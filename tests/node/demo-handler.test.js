// The message handler of examples/handlers, as a process of its own: whom it answers, and what.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startHandler } from "../../scripts/lib/demo-handler.mjs";

const SCRIPT = fileURLToPath(new URL("../../examples/handlers/marvel-chat.mjs", import.meta.url));

let handler;
before(async () => {
  handler = await startHandler();
});
after(() => handler?.stop());

test("it answers what it vouches for, and nothing else that a page has sent", async () => {
  const payload = { name: "Nick Fury", text: " Hello ", from: "tab", key: "k", private: true, admin: true };
  const client = { extras: { name: "Jill" }, permissions: { dbo_id: 1, row_id: 7 } };
  const answer = { name: "Jill", text: "Hello", from: "tab", key: "k", private: false };
  assert.deepEqual(await answerTo({ payload, client }), answer);
  const direct = await answerTo({ payload, options: { to: { dbo_id: 1, row_id: 8 } } });
  assert.deepEqual(direct, { ...answer, name: "Nick Fury", private: true });
  assert.deepEqual(await answerTo({ payload: " Hello " }), {
    name: "Guest",
    text: "Hello",
    from: "",
    key: "",
    private: false,
  });
  assert.match((await answerTo({ payload: { text: "/roll" } })).text, /^rolls a [1-6]$/);
  assert.equal((await answerTo({ payload: { text: "x".repeat(5000) } })).text.length, 4000);
});

test("it drops what is no message of the chat", async () => {
  for (const payload of [null, 7, "  ", [], {}, { text: "  " }, { text: { deep: true } }]) {
    assert.equal(await answerTo({ payload }), null);
  }
});

test("it refuses requests that the server has not signed, or not lately, and those that are too long", async () => {
  const body = requestBody({ payload: { text: "Hello" } });
  const now = Math.floor(Date.now() / 1000);
  const signatures = [
    undefined,
    "",
    `t=${now},v1=`,
    signature(body, now, "another key"),
    signature(`${body} `, now),
    signature(body, now - 301),
    signature(body, now + 600),
    signature(body, now).replace(`t=${now}`, `t=${now + 1}`),
  ];
  for (const signature of signatures) assert.equal((await post(body, signature)).status, 401, String(signature));
  assert.equal((await post("not JSON", signature("not JSON", now))).status, 400);
  assert.equal((await post("null", signature("null", now))).status, 400);
  assert.equal((await fetch(handler.url)).status, 405);
  const long = "x".repeat(1024 * 1024 + 1);
  assert.equal((await post(long, signature(long, now))).status, 413);
  assert.equal((await post(body, signature(body, now))).status, 200);
});

test("without a key it does not start, and says what to do", () => {
  const env = { ...process.env, XANO_TRIGGER_SECRET: "" };
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT], { env, encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /XANO_TRIGGER_SECRET is not set.*--trigger-secret-file/);
});

async function answerTo(request) {
  const body = requestBody(request);
  const response = await post(body, signature(body, Math.floor(Date.now() / 1000)));
  assert.equal(response.status, 200);
  return response.json();
}

function requestBody({ payload, client = null, options = {} }) {
  return JSON.stringify({ action: "broadcast", channel: "marvel-chat-room", type: "send", client, options, payload });
}

function signature(body, seconds, key = handler.secret) {
  return `t=${seconds},v1=${createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex")}`;
}

function post(body, signature) {
  const headers = signature === undefined ? {} : { "x-xano-signature": signature };
  return fetch(handler.url, { method: "POST", headers, body });
}

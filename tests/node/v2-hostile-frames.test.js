// Frames of V2 with every JSON type in every field: none of them breaks the client.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mutations } from "../support/v2-programs/odd-frames.js";
import { recorded, v2Page } from "../support/v2-page.js";

const FRAMES_AT_ONCE = 500;

test("every field is missing once and has every value once, and the client goes on", async (t) => {
  const page = v2Page(t);
  const reported = [];
  globalThis.reportError = (error) => void reported.push(error);
  t.after(() => delete globalThis.reportError);
  t.mock.method(console, "warn", () => {});
  const client = page.client();
  const channel = client.channel("orders/1", { messageType: "send" });
  const actions = recorded(channel);
  await page.pass(100);
  let count = 0;
  for (const text of mutations()) {
    page.connection.sendText(text);
    count += 1;
    if (count % FRAMES_AT_ONCE > 0) continue;
    await page.pass();
    assert.ok(Array.isArray(channel.getPresence()));
  }
  assert.ok(count > 10_000, `${count} frames`);
  assert.ok(actions.length > count / 3, `the handlers got ${actions.length} of them`);
  assert.equal(client.connectionStatus, "connected");

  page.connection.drop(1006);
  await page.pass(2_000);
  const published = channel.publish("still here");
  await page.pass();
  assert.equal((await published).delivered, 1);
  assert.deepEqual(reported, []);
});

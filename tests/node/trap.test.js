// After a fault in the wasm nothing of it can be trusted: everybody is told, and nothing goes on as if it could.
// In a file of its own: the package of this process is of no use afterwards.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, openChannel, XanoClient } from "../support/node-page.js";

test("a trap closes the socket, tells every channel, and makes later calls throw the same", async (t) => {
  t.mock.method(console, "error", () => {});
  const { channel, actions, socket } = openChannel();
  const next = channel.once("message");

  assert.throws(() => XanoClient[Symbol.for("xano-wasm.trap")](), { code: "internal" });

  assert.ok(socket.readyState >= WebSocket.CLOSING, "the socket is closed");
  const last = actions.at(-1);
  assert.equal(last.action, "error");
  assert.equal(last.payload.code, "internal");
  assert.deepEqual(last.options, { channel: "room" });
  await assert.rejects(next, { code: "internal" });
  for (const call of [() => channel.message(1), () => channel.on(() => {}), () => client().channel("x")]) {
    assert.throws(call, { code: "internal" });
  }
});

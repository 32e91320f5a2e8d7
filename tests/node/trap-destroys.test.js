// After a fault in the engine, whatever an application does when it is told: all that waits is rejected.
// These tests have a file of their own, because the package in this process does not work after the fault.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, XanoClient } from "../support/node-page.js";

test("a handler of errors that destroys another channel leaves none of its promises open", async (t) => {
  t.mock.method(console, "error", () => {});
  const jill = client();
  const [first, second] = ["first", "second"].map((name) => jill.channel(name).on(() => {}));
  first.on("error", () => second.destroy());
  FakeSocket.latest.open();
  const [once, published] = [second.once("message"), second.publish(1)];
  const [ended, failed] = [second, first].map((channel) => channel[Symbol.asyncIterator]().next());

  assert.throws(() => XanoClient[Symbol.for("xano-wasm.trap")](), { code: "internal" });

  await assert.rejects(once, { code: "destroyed" });
  await assert.rejects(published, { code: "destroyed" });
  assert.equal((await ended).done, true);
  await assert.rejects(failed, { code: "internal" }, "a loop over the other channel has not come to its end");
});

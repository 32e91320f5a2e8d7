// Publishing on a server without extensions: the echo says that a message was taken, and nothing is sent twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { history, joined, message, refusal, said } from "../support/typed-member.js";
import { typedStage } from "../support/typed-page.js";

const world = typedStage({});

test("it carries no key, and resolves with its echo, which the streams get", async (t) => {
  const jill = await joined(t, world, { recover: false });
  await jill.page.evaluate(() => publish("one"));
  const sent = await jill.server.next("message");
  assert.deepEqual(sent.options, { channel: "avengers" });
  assert.deepEqual(await jill.hears(message("another"), message("one", { socketId: "me" })), ["another", "one"]);
  assert.deepEqual(await jill.outcomes(), ["pending"]);
  assert.deepEqual(await jill.hears({ ...message("one"), payload: sent.payload }), ["one"]);
  assert.deepEqual(await jill.outcomes(), ["taken"]);
});

test("each of two that are equal has an echo of its own", async (t) => {
  const jill = await joined(t, world, { recover: false });
  await jill.publish("a", "b", "a");
  await jill.hears(...said("a"));
  assert.deepEqual(await jill.outcomes(), ["taken", "pending", "pending"]);
  await jill.hears(...said("b", "a"));
  assert.deepEqual(await jill.outcomes(), ["taken", "taken", "taken"]);
});

test("after a cut it is unconfirmed, and never sent again; what had not been sent is sent once", async (t) => {
  const jill = await joined(t, world, { recover: false });
  await jill.publish("a");
  await jill.page.evaluate(() => {
    const statuses = jill.status();
    (async () => {
      while (!(await statuses.next()).startsWith("disconnected"));
      publish("b");
    })();
  });
  await jill.interrupt();
  assert.equal((await jill.server.next("message")).payload.text, "b");
  await jill.hears(...said("b"));
  assert.deepEqual(await jill.outcomes(), ["unconfirmed", "taken"]);
  await jill.interrupt();
  await jill.toldSince();
  assert.deepEqual(jill.server.frames, []);
});

test("after a cut it resolves with its entry in what was missed; what is not in there is unconfirmed", async (t) => {
  const jill = await joined(t, world, {}, "x", "y", "b");
  await jill.publish("a", "b");
  await jill.interrupt();
  await jill.publish("c");
  assert.deepEqual(await jill.outcomes(), ["pending", "pending", "pending"]);
  // What was there before is not what was published.
  assert.deepEqual(await jill.hears(history(...said("x", "y", "b", "a"))), ["a again"]);
  assert.deepEqual(await jill.outcomes(), ["taken", "unconfirmed", "pending"]);
  await jill.hears(...said("c"));
  assert.deepEqual(await jill.outcomes(), ["taken", "unconfirmed", "taken"]);
});

test("an echo that comes before the history does counts", async (t) => {
  const jill = await joined(t, world, {}, "x", "y", "z");
  await jill.interrupt();
  await jill.publish("a");
  const told = await jill.hears(...said("a"), history(...said("x", "y", "z", "b", "a")));
  assert.deepEqual(told, ["b again", "a"]);
  assert.deepEqual(await jill.outcomes(), ["taken"]);
});

test("where something may have been missed, it is unconfirmed", async (t) => {
  const jill = await joined(t, world, {}, "x");
  await jill.publish("a");
  await jill.interrupt();
  assert.deepEqual(await jill.hears(history(...said("other", "a"))), ["gap possible"]);
  assert.deepEqual(await jill.outcomes(), ["unconfirmed"]);
});

test("where nothing was seen before the cut, it is unconfirmed", async (t) => {
  const jill = await joined(t, world, {});
  await jill.publish("a");
  await jill.interrupt();
  await jill.toldSince();
  assert.deepEqual(await jill.outcomes(), ["unconfirmed"]);
});

test("an error settles nothing that is awaited", async (t) => {
  const jill = await joined(t, world, { recover: false });
  await jill.publish("a");
  await jill.hears(refusal);
  assert.deepEqual(await jill.outcomes(), ["pending"]);
  await jill.hears(...said("a"));
  assert.deepEqual(await jill.outcomes(), ["taken"]);
});

test("one that moves to another connection is unconfirmed there, and not sent again", async (t) => {
  const jill = await joined(t, world, { recover: false });
  await jill.publish("a");
  await jill.page.evaluate((port) => {
    // Another client keeps the shared socket and the channel.
    window.other = new Client({ ...settings, baseUrl: `http://127.0.0.1:${port}` }).join("avengers");
    jill.set_token("xavier");
    jill.reconnect();
  }, jill.server.port);
  await jill.server.next("join");
  await jill.page.evaluate(() => Promise.all(settled));
  assert.deepEqual(await jill.outcomes(), ["unconfirmed"]);
  await jill.toldSince();
  assert.deepEqual(jill.server.frames, []);
});

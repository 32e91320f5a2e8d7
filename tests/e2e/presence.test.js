// The list of those who are on a channel, kept from what the server says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FAKE_SOCKET, stage } from "../support/stage.js";

const world = stage();

test("the list follows who comes and goes, in that order", async (t) => {
  const jill = await present(t, ["jill", "john"]);

  await update(jill, "join", "jack");
  assert.deepEqual(await jill.present("a", 3), ["jill", "john", "jack"]);
  await update(jill, "leave", "john");
  await update(jill, "leave", "somebody who never came");

  assert.deepEqual(await jill.present("a", 2), ["jill", "jack"]);
});

test("a socket that is announced twice is listed once", async (t) => {
  const jill = await present(t, ["jill", "john", "john"]);

  await update(jill, "join", "john");

  assert.deepEqual(await jill.present("a", 2), ["jill", "john"]);
});

test("a full list replaces the one before, as after a reconnect", async (t) => {
  const jill = await present(t, ["jill", "john"]);

  await full(jill, ["jill again"]);

  assert.deepEqual(await jill.present("a", 1), ["jill again"]);
});

test("the list is up to date when the handlers are called", async (t) => {
  const jill = await present(t, ["jill"]);
  await jill.page.evaluate(() => {
    window.counts = [];
    probe.channels.get("a").on("presence_update", () => counts.push(probe.present("a").length));
  });

  await update(jill, "join", "john");
  await update(jill, "leave", "john");

  assert.deepEqual(await jill.page.evaluate(() => counts), [2, 1]);
});

test("a list that is none changes nothing, and still reaches the handlers", async (t) => {
  const jill = await present(t, ["jill"]);
  const before = (await jill.actions("a")).length;

  await jill.page.evaluate(() => {
    for (const payload of [null, {}, { presence: null }, { presence: "jill" }, { presence: { length: 1 } }]) {
      FakeSocket.latest.deliver({ action: "presence_full", options: { channel: "a" }, payload });
    }
    for (const presence of [null, "jill", 5]) {
      const payload = { action: "join", presence };
      FakeSocket.latest.deliver({ action: "presence_update", options: { channel: "a" }, payload });
    }
  });

  assert.deepEqual(await jill.present("a", 1), ["jill"]);
  assert.equal((await jill.actions("a")).length - before, 8);
});

test("a member has what the server told of it, and can be addressed", async (t) => {
  const jill = await present(t, ["jill", "john"]);

  const [told, sent] = await jill.page.evaluate(() => {
    const john = probe.channels.get("a").getPresence()[1];
    const sentBefore = FakeSocket.latest.sent.length;
    const returned = [john.message({ text: "psst" }), john.history()];
    const { socketId, extras, permissions } = john;
    return [{ socketId, extras, permissions, returned }, FakeSocket.latest.sent.slice(sentBefore)];
  });

  assert.deepEqual(told, {
    socketId: "john",
    extras: { name: "john" },
    permissions: { dbo_id: 0, row_id: 0 },
    returned: [undefined, undefined],
  });
  const options = { channel: "a", socketId: "john" };
  assert.deepEqual(sent, [
    { action: "message", options, payload: { text: "psst" } },
    { action: "history", options, payload: null },
  ]);
});

/** A page on channel `a`, where those of the given socket ids are. */
async function present(test, socketIds) {
  const jill = await world.user(test, { prepare: FAKE_SOCKET });
  await jill.connect();
  await jill.open("a");
  await jill.page.evaluate(() => FakeSocket.latest.open());
  await full(jill, socketIds);
  return jill;
}

function full(user, socketIds) {
  return user.page.evaluate(
    (presence) => {
      FakeSocket.latest.deliver({ action: "presence_full", options: { channel: "a" }, payload: { presence } });
    },
    socketIds.map((socketId) => client(socketId)),
  );
}

function update(user, action, socketId) {
  return user.page.evaluate(
    (payload) => FakeSocket.latest.deliver({ action: "presence_update", options: { channel: "a" }, payload }),
    { action, presence: client(socketId) },
  );
}

function client(socketId) {
  return { socketId, extras: { name: socketId }, permissions: { dbo_id: 0, row_id: 0 } };
}

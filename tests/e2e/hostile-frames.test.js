// Whatever a server sends, nothing is thrown at the page, and the channel works afterwards.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mutations, nonsense } from "../support/hostile-frames.js";
import { FAKE_SOCKET, stage } from "../support/stage.js";

const world = stage();

test("every field takes every JSON type", async (t) => {
  const jill = await inTwoChannels(t);

  await feed(jill, [...mutations()]);

  await stillWorks(jill);
});

test("frames of random JSON", async (t) => {
  const jill = await inTwoChannels(t);

  await feed(jill, [...nonsense(5_000)]);

  await stillWorks(jill);
});

test("texts that are no frames at all reach no handler", async (t) => {
  const jill = await inTwoChannels(t);
  const before = await jill.actions("a");

  await feed(jill, [
    ...["", " ", "{", "null", "true", "5", '"message"', "[]", '[{"action":"message","options":{"channel":"a"}}]', "{}"],
    ...[
      '{"action":"message"',
      '{"__proto__":{"action":"message"}}',
      '{"action":""}',
      '{"action":null}',
      "\u0000",
      "\ufeff{}",
    ],
    ...["[".repeat(100_000), "[".repeat(5_000) + "]".repeat(5_000), "a".repeat(1_000_000), "undefined", "NaN"],
  ]);
  await jill.page.evaluate(() => {
    const frame = JSON.stringify({ action: "message", options: { channel: "a" }, payload: "binary" });
    const bytes = new TextEncoder().encode(frame);
    for (const data of [
      bytes.buffer,
      bytes,
      new Blob([frame]),
      new Date(0),
      [`${frame}!`],
      5,
      true,
      null,
      undefined,
      1n,
    ]) {
      FakeSocket.latest.deliver(data);
    }
  });

  assert.deepEqual(await jill.actions("a"), before);
  await stillWorks(jill);
});

test("frames that arrive from inside a handler are delivered after it, to all handlers, in order", async (t) => {
  const jill = await inTwoChannels(t);

  const log = await jill.page.evaluate(() => {
    const log = [];
    const channel = probe.channels.get("a");
    const message = (payload) => ({ action: "message", options: { channel: "a" }, payload });
    // A server that answers before `send` returns.
    FakeSocket.latest.answer = (frame) => FakeSocket.latest.deliver(frame);
    channel.on("message", ({ payload }) => {
      log.push(`first gets ${payload}`);
      if (payload === 1) {
        channel.message(2);
        FakeSocket.latest.deliver(message(3));
      }
      if (payload === 2) FakeSocket.latest.deliver(message(4));
      log.push(`first is done with ${payload}`);
    });
    channel.on("message", ({ payload }) => log.push(`second gets ${payload}`));
    channel.message(1);
    return log;
  });

  assert.deepEqual(
    log,
    [1, 2, 3, 4].flatMap((n) => [`first gets ${n}`, `first is done with ${n}`, `second gets ${n}`]),
  );
  await stillWorks(jill);
});

test("hostile frames that arrive from inside a handler", async (t) => {
  const jill = await inTwoChannels(t);

  await jill.page.evaluate(
    (frames) => {
      let next = 0;
      probe.channels.get("a").on(() => {
        if (next < frames.length) FakeSocket.latest.deliver(frames[next++]);
      });
      FakeSocket.latest.deliver({ action: "message", options: { channel: "a" }, payload: "start" });
      while (next < frames.length) FakeSocket.latest.deliver(frames[next++]);
    },
    [...mutations()].filter((_, index) => index % 5 === 0),
  );

  await stillWorks(jill);
});

test("what an abandoned socket still has to say reaches nobody", async (t) => {
  const jill = await inTwoChannels(t);
  await jill.page.evaluate(() => {
    for (const channel of probe.channels.values()) channel.destroy();
  });
  await jill.open("a");
  await jill.open("b");

  await jill.page.evaluate(() => {
    const abandoned = FakeSocket.all[0];
    abandoned.deliver({ action: "message", options: { channel: "a" }, payload: "from the dead" });
    abandoned.deliver({ action: "event", options: {}, payload: "from the dead" });
    abandoned.drop(1006);
    abandoned.open();
    FakeSocket.latest.open();
  });

  assert.deepEqual(
    (await jill.actions("a")).map(({ action, payload }) => [action, payload.status]),
    [["connection_status", "connected"]],
  );
  assert.equal(await jill.page.evaluate(() => FakeSocket.all.length), 2);
  await stillWorks(jill);
});

async function inTwoChannels(test) {
  const jill = await world.user(test, { prepare: FAKE_SOCKET });
  await jill.connect();
  await jill.open("a");
  await jill.open("b");
  await jill.page.evaluate(() => FakeSocket.latest.open());
  return jill;
}

/** Delivers the texts one by one, and uses what the page has after each. */
function feed(user, texts) {
  return user.page.evaluate((texts) => {
    for (const text of texts) {
      FakeSocket.latest.deliver(text);
      for (const channel of probe.channels.values()) {
        const members = channel.getPresence();
        if (!Array.isArray(members)) throw new Error(`no list of members after ${text}`);
        members.at(-1)?.socketId;
      }
    }
  }, texts);
}

/** Both channels hear, speak, and know who is there. */
async function stillWorks(user) {
  const [socketIds, heard, said] = await user.page.evaluate(() => {
    const socket = FakeSocket.latest;
    socket.answer = () => {};
    const names = ["a", "b"];
    const heard = new Map(names.map((name) => [name, []]));
    for (const name of names) {
      probe.channels.get(name).on("message", ({ payload }) => heard.get(name).push(payload));
      const presence = [{ socketId: `in ${name}`, extras: {}, permissions: { dbo_id: 0, row_id: 0 } }];
      socket.deliver({ action: "presence_full", client: null, options: { channel: name }, payload: { presence } });
      socket.deliver({ action: "message", options: { channel: name }, payload: `to ${name}` });
    }
    const sentBefore = socket.sent.length;
    for (const name of names) probe.channels.get(name).message(`from ${name}`);
    return [names.map((name) => probe.present(name)), [...heard.values()], socket.sent.slice(sentBefore)];
  });
  assert.deepEqual(socketIds, [["in a"], ["in b"]]);
  assert.deepEqual(heard, [["to a"], ["to b"]]);
  assert.deepEqual(said, [
    { action: "message", options: { channel: "a" }, payload: "from a" },
    { action: "message", options: { channel: "b" }, payload: "from b" },
  ]);
}

// Which sockets the client opens, when it closes them, and when it opens the next.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FAKE_SOCKET, stage } from "../support/stage.js";

const world = stage();

test("the secure socket's URL keeps the port, and drops the path", async (t) => {
  const page = await scripted(t);

  const urls = await page.evaluate(() => {
    for (const instanceBaseUrl of [
      "https://x8.n7.xano.io/api:demo",
      "https://x.example:8443/",
      "http://x9.n7.xano.io",
      "http://localhost:8080/api:demo",
    ]) {
      new XanoClient({ instanceBaseUrl, realtimeConnectionHash: "hash" }).channel("a").on(() => {});
    }
    return FakeSocket.all.map((socket) => socket.url);
  });

  assert.deepEqual(urls, [
    "wss://x8.n7.xano.io/rt/hash",
    "wss://x.example:8443/rt/hash",
    "wss://x9.n7.xano.io/rt/hash",
    "ws://localhost:8080/rt/hash",
  ]);
});

test("clients of one URL and token share a socket, others get their own", async (t) => {
  const page = await scripted(t);

  const protocols = await page.evaluate(() => {
    const settings = { apiGroupBaseUrl: "https://x.example/api:demo", realtimeConnectionHash: "hash" };
    for (const extra of [
      {},
      {},
      { realtimeAuthToken: "one" },
      { realtimeAuthToken: "one" },
      { realtimeAuthToken: "two" },
    ]) {
      new XanoClient({ ...settings, ...extra }).channel("a").on(() => {});
    }
    new XanoClient({ ...settings, realtimeConnectionHash: "another" }).channel("a").on(() => {});
    return FakeSocket.all.map((socket) => socket.protocols ?? null);
  });

  assert.deepEqual(protocols, [null, ["one"], ["two"], null]);
});

test("the socket is opened by the first handler, and closed with 1000 when the tick of the last destroy() ends", async (t) => {
  const page = await scripted(t);

  const steps = await page.evaluate(async () => {
    const steps = [];
    const step = () => steps.push(FakeSocket.all.map(({ readyState }) => readyState));
    const [a, b] = [probe.client.channel("a"), probe.client.channel("b")];
    step();
    a.on(() => {});
    b.on(() => {});
    FakeSocket.latest.open();
    step();
    const close = FakeSocket.latest.close;
    FakeSocket.latest.close = function (code) {
      steps.push(`close(${code})`);
      close.call(this, code);
    };
    a.destroy();
    step();
    b.destroy();
    step();
    await Promise.resolve();
    step();
    return steps;
  });

  const [OPEN, CLOSING] = [1, 2];
  assert.deepEqual(steps, [[], [OPEN], [OPEN], [OPEN], "close(1000)", [CLOSING]]);
});

test("after the close codes of an outage it connects again and joins", async (t) => {
  const jill = await connected(t);

  for (const code of [1001, 1005, 1006, 1009, 1011, 1012, 1013, 1014, 4000]) {
    const sockets = await jill.page.evaluate((code) => {
      FakeSocket.latest.drop(code);
      return FakeSocket.all.length;
    }, code);
    await jill.page.clock.runFor(TWO_MINUTES_MS);
    const joins = await jill.page.evaluate(() => {
      FakeSocket.latest.open();
      return FakeSocket.all.map((socket) => socket.sentOf("join").length);
    });
    assert.deepEqual(joins, Array(sockets + 1).fill(1), `after ${code}`);
  }
});

for (const [code, error] of [
  [1000, undefined],
  [1008, "policy"],
  [4401, "unauthorized"],
]) {
  test(`after close code ${code} it does not connect again${error ? `, and tells "${error}"` : ""}`, async (t) => {
    const jill = await connected(t);

    await jill.page.evaluate((code) => FakeSocket.latest.drop(code), code);
    await jill.page.clock.runFor(TWO_MINUTES_MS);

    assert.equal(await jill.page.evaluate(() => FakeSocket.all.length), 1);
    const errors = (await jill.actions("a")).filter(({ action }) => action === "error");
    assert.deepEqual(
      errors.map(({ payload }) => payload.code),
      error ? [error] : [],
    );
  });
}

test("a connection that never opens is told after three attempts, and tried on", async (t) => {
  const jill = await world.user(t, { prepare: FAKE_SOCKET });
  await jill.page.clock.install();
  await jill.connect();
  await jill.open("a");

  const told = [];
  for (let attempt = 1; attempt <= 5; attempt++) {
    await jill.page.evaluate(() => FakeSocket.latest.drop(1006));
    await jill.page.clock.runFor(TWO_MINUTES_MS);
    told.push((await jill.actions("a")).filter(({ action }) => action === "error").length);
  }

  assert.deepEqual(told, [0, 0, 1, 1, 1]);
  const { payload } = await jill.action("a", "error");
  assert.equal(payload.code, "cannot_connect");
  assert.match(payload.message, /\/rt\//, "it names the URL");
  assert.equal(await jill.page.evaluate(() => FakeSocket.all.length), 6);
});

async function scripted(test) {
  const user = await world.user(test, { prepare: FAKE_SOCKET });
  await user.connect();
  return user.page;
}

/** On channel `a` over an open socket, in a page whose time the test moves. */
async function connected(test) {
  const jill = await world.user(test, { prepare: FAKE_SOCKET });
  await jill.page.clock.install();
  await jill.connect();
  await jill.open("a");
  await jill.page.evaluate(() => FakeSocket.latest.open());
  return jill;
}

// Longer than the longest wait between two attempts.
const TWO_MINUTES_MS = 120_000;

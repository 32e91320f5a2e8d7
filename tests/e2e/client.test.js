// The client beside its handlers: settings, return values, calls in odd orders, and when it opens and closes sockets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FAKE_SOCKET, stage } from "../support/stage.js";

const world = stage();
const BASE = { apiGroupBaseUrl: "https://x.example/api:demo" };

async function scripted(test) {
  const user = await world.user(test, { prepare: FAKE_SOCKET });
  await user.connect();
  return user.page;
}

for (const [missing, settings, text] of [
  [
    "base URL",
    { realtimeConnectionHash: "hash" },
    "Please configure instanceBaseUrl or apiGroupBaseUrl setting before connecting to realtime",
  ],
  ["hash", BASE, "Please configure realtimeConnectionCanonical setting before connecting to realtime"],
]) {
  test(`channel() throws the text of the original when the ${missing} is missing`, async (t) => {
    const page = await scripted(t);

    const message = await page.evaluate((settings) => {
      const client = new XanoClient(settings);
      try {
        client.channel("a");
      } catch (error) {
        return error instanceof Error && error.message;
      }
    }, settings);

    assert.equal(message, text);
  });
}

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

test("what the methods return", async (t) => {
  const page = await scripted(t);

  const returned = await page.evaluate(() => {
    const { client } = probe;
    const options = { presence: true };
    const channel = client.channel("a", options);
    return {
      "on() is the channel": channel.on(() => {}) === channel && channel.on("message", () => {}) === channel,
      "message()": channel.message(1),
      "history()": channel.history(),
      "getPresence()": channel.getPresence(),
      "channel.channel": channel.channel,
      "channel.options are the ones given": channel.options === options,
      "setRealtimeAuthToken() is the client": client.setRealtimeAuthToken("a.b.c") === client,
      "hasRealtimeAuthToken()": client.hasRealtimeAuthToken(),
      "hasRealtimeAuthToken() after null": client.setRealtimeAuthToken(null).hasRealtimeAuthToken(),
      "realtimeReconnect() is the client": client.realtimeReconnect() === client,
      "destroy()": channel.destroy(),
    };
  });

  assert.deepEqual(returned, {
    "on() is the channel": true,
    "message()": undefined,
    "history()": undefined,
    "getPresence()": [],
    "channel.channel": "a",
    "channel.options are the ones given": true,
    "setRealtimeAuthToken() is the client": true,
    "hasRealtimeAuthToken()": true,
    "hasRealtimeAuthToken() after null": false,
    "realtimeReconnect() is the client": true,
    "destroy()": undefined,
  });
});

test("what is sent before the socket is open goes out once, in order, directly behind the join", async (t) => {
  const page = await scripted(t);

  const sent = await page.evaluate(() => {
    const channel = probe.client.channel("a");
    channel.message("before any handler");
    channel.on(() => {});
    channel.message("after it", { authenticated: true, socketId: null });
    channel.history();
    FakeSocket.latest.open();
    channel.message("when open");
    return FakeSocket.all.map((socket) => socket.sent);
  });

  const options = { channel: "a" };
  assert.deepEqual(sent, [
    [
      { action: "join", options, payload: { history: false, presence: false } },
      { action: "message", options, payload: "before any handler" },
      { action: "message", options: { ...options, authenticated: true, socketId: null }, payload: "after it" },
      { action: "history", options, payload: null },
      { action: "message", options, payload: "when open" },
    ],
  ]);
});

test("calls in odd orders harm nobody", async (t) => {
  const page = await scripted(t);

  const heard = await page.evaluate(() => {
    const { client } = probe;
    client.realtimeReconnect();
    client.setRealtimeAuthToken(null);
    const unused = client.channel("unused");
    unused.destroy();
    unused.destroy();
    unused.message("to nobody");
    unused.history();
    unused.getPresence();

    const channel = client.channel("a", {});
    channel.getPresence();
    channel.history();
    channel.on(() => {}, undefined);
    channel.on("message");
    channel.on();
    channel.on("", () => {});
    client.realtimeReconnect();
    FakeSocket.latest.open();
    channel.destroy();
    channel.message("after the end");
    client.realtimeReconnect();

    const heard = [];
    channel.on("message", ({ payload }) => heard.push(payload));
    if (FakeSocket.latest.readyState !== FakeSocket.OPEN) FakeSocket.latest.open();
    FakeSocket.latest.deliver({ action: "message", options: { channel: "a" }, payload: "alive again" });
    return heard;
  });

  assert.deepEqual(heard, ["alive again"]);
});

test("what JSON cannot say throws at the caller, and the channel goes on", async (t) => {
  const page = await scripted(t);

  const [errors, sent] = await page.evaluate(() => {
    const channel = probe.client.channel("a");
    channel.on(() => {});
    FakeSocket.latest.open();
    const circle = {};
    circle.self = circle;
    const errors = [circle, 1n].map((payload) => {
      try {
        channel.message(payload);
      } catch (error) {
        return error.name;
      }
    });
    channel.message("fine");
    return [errors, FakeSocket.latest.sentOf("message").map((frame) => frame.payload)];
  });

  assert.deepEqual(errors, ["TypeError", "TypeError"]);
  assert.deepEqual(sent, ["fine"]);
});

test("an illegal token is refused, and not repeated", async (t) => {
  const page = await scripted(t);

  const errors = await page.evaluate(() =>
    ["Bearer secret", "secret,secret", "secret\n", "sécret"].map((token) => {
      try {
        probe.client.setRealtimeAuthToken(token);
      } catch ({ code, message }) {
        return [code, message.includes(token)];
      }
    }),
  );

  assert.deepEqual(errors, Array(4).fill(["invalid_token", false]));
});

test("clients of one URL and token share a socket, others get their own", async (t) => {
  const page = await scripted(t);

  const protocols = await page.evaluate((base) => {
    const settings = { ...base, realtimeConnectionHash: "hash" };
    for (const extra of [{}, {}, { realtimeAuthToken: "one" }, { realtimeAuthToken: "one" }, { realtimeAuthToken: "two" }]) {
      new XanoClient({ ...settings, ...extra }).channel("a").on(() => {});
    }
    new XanoClient({ ...settings, realtimeConnectionHash: "another" }).channel("a").on(() => {});
    return FakeSocket.all.map((socket) => socket.protocols ?? null);
  }, BASE);

  assert.deepEqual(protocols, [null, ["one"], ["two"], null]);
});

test("the socket is opened by the first handler, and closed with 1000 when the last channel is destroyed", async (t) => {
  const page = await scripted(t);

  const steps = await page.evaluate(() => {
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
    return steps;
  });

  const [OPEN, CLOSING] = [1, 2];
  assert.deepEqual(steps, [[], [OPEN], [OPEN], "close(1000)", [CLOSING]]);
});

test("a token that a handshake cannot carry opens no socket, and the page is told", async (t) => {
  const jill = await world.user(t, { prepare: FAKE_SOCKET });
  await jill.connect({ realtimeAuthToken: "Bearer secret" });

  await jill.open("a");

  const error = await jill.action("a", "error");
  assert.equal(error.payload.code, "invalid_token");
  assert.doesNotMatch(error.payload.message, /secret/);
  assert.equal(await jill.page.evaluate(() => FakeSocket.all.length), 0);
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

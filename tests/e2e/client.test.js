// The client's methods: settings, return values, what is sent, calls in odd orders.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FAKE_SOCKET, stage } from "../support/stage.js";

const world = stage();

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
  [
    "hash",
    { instanceBaseUrl: "https://x.example" },
    "Please configure realtimeConnectionCanonical setting before connecting to realtime",
  ],
]) {
  test(`channel() throws an error that begins as the original's when the ${missing} is missing`, async (t) => {
    const page = await scripted(t);

    const message = await page.evaluate((settings) => {
      const client = new XanoClient(settings);
      try {
        client.channel("a");
        return "nothing";
      } catch (error) {
        return error instanceof Error && error.message;
      }
    }, settings);

    assert.equal(message.slice(0, text.length), text);
  });
}

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
        return "nothing";
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
        return "accepted";
      } catch ({ code, message }) {
        return [code, message.includes(token)];
      }
    }),
  );

  assert.deepEqual(errors, Array(4).fill(["invalid_token", false]));
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

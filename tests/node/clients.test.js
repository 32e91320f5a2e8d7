// Clients: which socket they use, their status, their tokens.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { client, FakeSocket, openChannel, settled, XanoClient } from "../support/node-page.js";

const HASH = { realtimeConnectionHash: "shared" };

test("fifty clients with one URL and token share one socket; another token gets its own", () => {
  const before = FakeSocket.all.length;
  const channels = Array.from({ length: 50 }, () =>
    client(HASH)
      .channel("room")
      .on(() => {}),
  );
  assert.equal(FakeSocket.all.length - before, 1);
  channels.push(
    client({ ...HASH, realtimeAuthToken: "token" })
      .channel("room")
      .on(() => {}),
  );
  assert.equal(FakeSocket.all.length - before, 2);
  assert.deepEqual(FakeSocket.latest.protocols, ["token"]);
  for (const channel of channels) channel.destroy();
});

test("a token set meanwhile is used from the next connection on", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const before = FakeSocket.all.length;
  const jill = client({ realtimeAuthToken: "first" });
  const channels = [jill.channel("a").on(() => {})];
  FakeSocket.latest.open();
  jill.setRealtimeAuthToken("second");
  channels.push(jill.channel("b").on(() => {}));
  assert.equal(FakeSocket.all.length - before, 1, "the client keeps the socket it has");
  assert.equal(FakeSocket.latest.sentOf("join").length, 2);
  jill.realtimeReconnect();
  await settled();
  t.mock.timers.tick(1_000);
  assert.deepEqual(
    FakeSocket.all.slice(before).map((socket) => socket.protocols),
    [["first"], ["second"]],
  );
  for (const channel of channels) channel.destroy();
});

test("a client that shares a socket takes its channels to another one when it reconnects with a new token", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const before = FakeSocket.all.length;
  const shared = { realtimeConnectionHash: "left behind", realtimeAuthToken: "first" };
  const [jill, jack] = [client(shared), client(shared)];
  const statuses = [];
  const channels = [jack.channel("a").on(() => {})];
  channels.push(jill.channel("a").on("connection_status", ({ payload }) => statuses.push(payload.status)));
  const first = FakeSocket.latest;
  first.open();
  jill.setRealtimeAuthToken("second").realtimeReconnect();
  const second = FakeSocket.latest;
  await settled();
  second.open();
  assert.equal(FakeSocket.all.length - before, 2);
  assert.deepEqual(second.protocols, ["second"]);
  assert.equal(second.sentOf("join").length, 1);
  assert.equal(first.sentOf("leave").length, 0, "the other client is still on the channel");
  assert.equal(first.readyState, WebSocket.OPEN);
  assert.deepEqual(statuses, ["connected", "disconnected", "connected"]);
  for (const channel of channels) channel.destroy();
});

test("reconnecting while a token is being asked for asks again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const before = FakeSocket.all.length;
  const answers = [];
  const jill = client({ realtimeAuthToken: () => new Promise((resolve) => answers.push(resolve)) });
  const channel = jill.channel("a").on(() => {});
  await settled();
  jill.realtimeReconnect();
  t.mock.timers.tick(1_000);
  await settled();
  for (const [index, answer] of answers.entries()) answer(`token-${index}`);
  await settled();
  assert.deepEqual(
    FakeSocket.all.slice(before).map((socket) => socket.protocols),
    [["token-1"]],
  );
  channel.destroy();
});

test("a client tells its status, and hears of it once, however many channels it has", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const jill = client();
  const heard = [];
  assert.equal(jill.connectionStatus, "disconnected");
  const hear = (action) => heard.push(`${action.payload.status}, ${jill.connectionStatus}`);
  jill.on("connection_status", hear);
  const channels = ["a", "b"].map((name) => jill.channel(name).on(() => {}));
  assert.equal(jill.connectionStatus, "connecting");
  FakeSocket.latest.open();
  FakeSocket.latest.drop(1006);
  t.mock.timers.tick(1_000);
  jill.off("connection_status", hear);
  FakeSocket.latest.open();
  assert.deepEqual(heard, ["connected, connected", "disconnected, connecting"]);
  for (const channel of channels) channel.destroy();
  assert.equal(jill.connectionStatus, "disconnected");
});

test("a client has no other actions, and says so", () => {
  assert.throws(() => client().on("message", () => {}), /subscribe on a channel/);
});

test("a token function is asked before every connection", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const before = FakeSocket.all.length;
  const channel = client({ realtimeAuthToken: async () => `token-${++asked}` })
    .channel("room")
    .on(() => {});
  await settled();
  FakeSocket.latest.open();
  FakeSocket.latest.drop(1006);
  t.mock.timers.tick(1_000);
  await settled();
  assert.deepEqual(
    FakeSocket.all.slice(before).map((socket) => socket.protocols),
    [["token-1"], ["token-2"]],
  );
  channel.destroy();
});

test("a token function that gives null connects anonymously", async () => {
  client({ realtimeAuthToken: () => null })
    .channel("room")
    .on(() => {});
  await settled();
  assert.equal(FakeSocket.latest.protocols, undefined);
});

for (const [name, provide] of [
  [
    "throws",
    () => {
      throw new Error("signed out");
    },
  ],
  ["rejects", () => Promise.reject(new Error("signed out"))],
]) {
  test(`a token function that ${name} is a failed attempt, never an anonymous connection`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const before = FakeSocket.all.length;
    let asked = 0;
    const errors = [];
    const channel = client({
      realtimeAuthToken: () => {
        asked += 1;
        return provide();
      },
    }).channel("room");
    channel.on(
      () => {},
      (error) => errors.push(error.payload),
    );
    await settled();
    assert.equal(errors[0].code, "no_token");
    assert.match(errors[0].message, /signed out/);
    t.mock.timers.tick(1_000);
    await settled();
    assert.equal(asked, 2, "tried again after the backoff");
    assert.equal(FakeSocket.all.length, before);
    channel.destroy();
  });
}

test("a token function that takes over ten seconds is a failed attempt, and its late answer is ignored", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const before = FakeSocket.all.length;
  const answers = [];
  const errors = [];
  const channel = client({ realtimeAuthToken: () => new Promise((resolve) => answers.push(resolve)) }).channel("room");
  channel.on(
    () => {},
    (error) => errors.push(error.payload.code),
  );
  await settled();
  t.mock.timers.tick(10_000);
  await settled();
  assert.deepEqual(errors, ["no_token"]);
  answers[0]("late");
  await settled();
  assert.equal(FakeSocket.all.length, before);
  channel.destroy();
});

test("debug prints frames, and never a token", async (t) => {
  const printed = t.mock.method(console, "log", () => {});
  const { channel, socket } = openChannel("room", { debug: true, realtimeAuthToken: "secret-token" });
  channel.message("sent text");
  socket.deliver({ action: "message", options: { channel: "room" }, payload: "received text" });
  const text = printed.mock.calls.map(({ arguments: words }) => words.join(" ")).join("\n");
  assert.match(text, /sent text/);
  assert.match(text, /received text/);
  assert.doesNotMatch(text, /secret-token/);
});

test("XanoClient.version is the package's", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url)));
  assert.equal(XanoClient.version, version);
});

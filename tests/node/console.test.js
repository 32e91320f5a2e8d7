// Nothing fails silently: what the console says, and what promises are told at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, message, openChannel, refusal, replaceWebSocket, settled } from "../support/node-page.js";

/** What `console[level]` printed, one text for each call. */
function printed(t, level) {
  const mock = t.mock.method(console, level, () => {});
  return () => mock.mock.calls.map(({ arguments: words }) => words.join(" "));
}

test("an error that no function takes is printed once for each channel and text, with what to do", (t) => {
  const warned = printed(t, "warn");
  const jill = client();
  for (const name of ["room", "other"]) jill.channel(name).on("message", () => {});
  const socket = FakeSocket.latest;
  socket.open();
  for (const name of ["room", "room", "other"]) socket.deliver(refusal("No settings for channel name", name));
  assert.equal(warned().length, 2);
  assert.match(warned()[0], /channel "room": No settings for channel name/);
  assert.match(warned()[0], /Is the channel enabled/);
  assert.match(warned()[1], /channel "other"/);
  jill.destroy();
});

test("an error about the whole connection is printed, too", (t) => {
  const warned = printed(t, "warn");
  const jill = client();
  jill.channel("room").on(() => {});
  FakeSocket.latest.open();
  FakeSocket.latest.deliver({
    action: "error",
    payload: { message: "Authentication token was not accepted: expired" },
  });
  assert.match(warned()[0], /the connection: Authentication token was not accepted: expired/);
  jill.destroy();
});

for (const [how, listen] of [
  ["a second function", (channel, take) => channel.on(() => {}, take)],
  ['on("error", …)', (channel, take) => channel.on("error", take)],
]) {
  test(`an error that ${how} takes is not printed`, (t) => {
    const warned = printed(t, "warn");
    const jill = client();
    const taken = [];
    listen(jill.channel("room"), ({ payload }) => taken.push(payload.code));
    FakeSocket.latest.open();
    FakeSocket.latest.deliver(refusal("not here"));
    assert.deepEqual(taken, ["no_settings"]);
    assert.deepEqual(warned(), []);
    jill.destroy();
  });
}

test("no more than a hundred different texts are printed", (t) => {
  const warned = printed(t, "warn");
  const jill = client();
  jill.channel("room").on(() => {});
  FakeSocket.latest.open();
  for (let number = 0; number < 200; number++) FakeSocket.latest.deliver(refusal(`text ${number}`));
  assert.ok(warned().length > 50 && warned().length <= 100, `${warned().length}`);
  jill.destroy();
});

test("debug prints for the client that asked, whoever has opened the socket, and only as long as it is there", (t) => {
  const logged = printed(t, "log");
  const shared = { realtimeConnectionHash: "shared with debug" };
  const quiet = client(shared);
  quiet.channel("room").on(() => {});
  const socket = FakeSocket.latest;
  socket.open();
  socket.deliver(message("before"));
  assert.deepEqual(logged(), []);
  const asking = client({ ...shared, debug: true });
  const channel = asking.channel("room").on(() => {});
  socket.deliver(message("meanwhile"));
  channel.message("own");
  assert.match(logged().join("\n"), /received .*meanwhile[\s\S]*sent .*own/);
  asking.destroy();
  const count = logged().length;
  socket.deliver(message("after"));
  assert.equal(logged().length, count);
  quiet.destroy();
});

test("a missing connection hash names all spellings of the setting", () => {
  const jill = client({ realtimeConnectionHash: undefined });
  for (const name of ["realtimeConnectionCanonical", "realtimeCanonical", "realtimeConnectionHash"]) {
    assert.throws(() => jill.channel("room"), { message: new RegExp(`\\b${name}\\b`) });
  }
});

test("a client that is made in every render is named after the twentieth within a second, once", (t) => {
  const warned = printed(t, "warn");
  const render = () =>
    client({ realtimeConnectionHash: "rendered", realtimeAuthToken: () => "token" })
      .channel("room")
      .destroy();
  for (let count = 0; count < 19; count++) render();
  assert.deepEqual(warned(), []);
  for (let count = 0; count < 10; count++) render();
  assert.equal(warned().length, 1);
  assert.match(warned()[0], /20 clients .+ wss:\/\/x8\.xano\.io\/rt\/rendered/);
});

test("clients that come slowly, have another connection, or make no channel are not counted together", (t) => {
  const warned = printed(t, "warn");
  let now = 0;
  t.mock.method(performance, "now", () => now);
  for (let count = 0; count < 60; count++) {
    client().channel("room").destroy();
    client({ realtimeConnectionHash: "without a channel" });
    client({ realtimeConnectionHash: "slow" }).channel("room").destroy();
    now += 100;
  }
  assert.deepEqual(warned(), []);
});

test("where no socket can be made joined, fetchHistory() and publish() reject at once, whenever they are asked", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const restore = replaceWebSocket(t, undefined);
  const jill = client();
  const channel = jill.channel("room");
  channel.on(
    () => {},
    () => {},
  );
  const ask = () => [channel.joined, channel.fetchHistory(), channel.publish("text")];
  for (const promise of ask()) await assert.rejects(promise, { code: "no_socket" });
  for (const promise of ask()) await assert.rejects(promise, { code: "no_socket" });

  restore();
  t.mock.timers.tick(60_000);
  FakeSocket.latest.open();
  const joined = channel.joined;
  FakeSocket.latest.deliver({ action: "join", options: { channel: "room" }, payload: {} });
  await joined;
  jill.destroy();
});

test("what waits is told at once that nothing is tried any more, and waits again after a reconnect", async () => {
  const jill = client({ realtimeAuthToken: "token" });
  const channel = jill.channel("room").on(
    () => {},
    () => {},
  );
  const before = channel.joined;
  FakeSocket.latest.open();
  FakeSocket.latest.drop(4401);
  await assert.rejects(before, { code: "unauthorized" });
  await assert.rejects(channel.fetchHistory(), { code: "unauthorized" });
  jill.setRealtimeAuthToken("another").realtimeReconnect();
  const after = channel.joined;
  FakeSocket.latest.open();
  FakeSocket.latest.deliver({ action: "join", options: { channel: "room" }, payload: {} });
  await after;
  jill.destroy();
});

test("cannot_connect asks for the version where the canonical is one of V2, and not for a hash of V1", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [hash, isLikely] of [
    ["rtmain01", true],
    ["1lK90n16tnnylJpJ0Xa7Km6_KxA", false],
  ]) {
    const { channel, actions } = openChannel("room", { realtimeConnectionHash: hash });
    FakeSocket.latest.drop(1006);
    for (let attempt = 0; attempt < 3; attempt++) {
      t.mock.timers.tick(60_000);
      FakeSocket.latest.drop(1006);
      await settled();
    }
    const told = actions.find(({ payload }) => payload.code === "cannot_connect");
    assert.match(told.payload.message, /\(connect-src\): wss:/);
    assert.equal(/realtimeVersion/.test(told.payload.message), isLikely);
    channel.destroy();
  }
});

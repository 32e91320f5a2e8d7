// A client that ends, and sockets that outlive the last channel of a tick.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, openChannel, settled } from "../support/node-page.js";

const names = (socket, action) => socket.sentOf(action).map(({ options }) => options.channel);

for (const name of ["destroy", "disconnect"]) {
  test(`${name}() leaves every channel of the client and closes its socket`, async () => {
    const jill = client();
    for (const channel of ["a", "b"]) jill.channel(channel).on(() => {});
    const socket = FakeSocket.latest;
    socket.open();
    assert.equal(jill[name](), undefined);
    assert.deepEqual(names(socket, "leave"), ["a", "b"]);
    await settled();
    assert.ok(socket.readyState >= FakeSocket.CLOSING);
    assert.equal(jill.connectionStatus, "disconnected");
  });
}

test("what waits for an answer rejects with code destroyed, and loops end", async () => {
  const jill = client();
  const channel = jill.channel("room").on(() => {});
  const waiting = [channel.joined, channel.fetchHistory(), channel.publish("text"), channel.once("message")];
  const loop = channel[Symbol.asyncIterator]().next();
  jill.destroy();
  for (const promise of waiting) await assert.rejects(promise, { code: "destroyed" });
  assert.equal((await loop).done, true);
});

test("a socket that another client uses stays, with the channels of that client", async () => {
  const shared = { realtimeConnectionHash: "shared by two" };
  const [jill, jack] = [client(shared), client(shared)];
  jill.channel("a").on(() => {});
  jack.channel("a").on(() => {});
  jill.channel("b").on(() => {});
  const socket = FakeSocket.latest;
  socket.open();
  jill.destroy();
  await settled();
  assert.deepEqual(names(socket, "leave"), ["b"]);
  assert.equal(socket.readyState, FakeSocket.OPEN);
  jack.destroy();
});

test("a later channel begins anew", async () => {
  const jill = client();
  jill.channel("room").on(() => {});
  const before = FakeSocket.latest;
  before.open();
  jill.destroy();
  await settled();
  const heard = [];
  jill.channel("room").on("message", ({ payload }) => heard.push(payload));
  const after = FakeSocket.latest;
  assert.notEqual(after, before);
  after.open();
  after.deliver({ action: "message", options: { channel: "room" }, payload: "hello" });
  assert.deepEqual(heard, ["hello"]);
  jill.destroy();
});

test("before the first channel there is nothing to destroy", () => {
  client().destroy();
});

test("an effect that is mounted, unmounted and mounted again in one tick has one socket, connecting or open", async () => {
  const jill = client();
  const mount = () => {
    const channel = jill.channel("room", { presence: true }).on(() => {});
    return () => channel.destroy();
  };
  const before = FakeSocket.all.length;
  mount()();
  let unmount = mount();
  await settled();
  const socket = FakeSocket.latest;
  assert.equal(FakeSocket.all.length - before, 1);
  assert.equal(socket.readyState, FakeSocket.CONNECTING, "nothing was closed");
  socket.open();
  assert.deepEqual(names(socket, "join"), ["room"]);

  unmount();
  unmount = mount();
  await settled();
  assert.equal(FakeSocket.all.length - before, 1);
  assert.deepEqual(names(socket, "join"), ["room", "room"], "the channel is joined anew, for its presence list");
  unmount();
  await settled();
  assert.ok(socket.readyState >= FakeSocket.CLOSING);
});

test("the socket is not kept for a client with another token", async () => {
  const { channel, socket } = openChannel("room", { realtimeConnectionHash: "two tokens", realtimeAuthToken: "first" });
  channel.destroy();
  const other = client({ realtimeConnectionHash: "two tokens", realtimeAuthToken: "second" })
    .channel("room")
    .on(() => {});
  await settled();
  assert.ok(socket.readyState >= FakeSocket.CLOSING);
  assert.deepEqual(FakeSocket.latest.protocols, ["second"]);
  other.destroy();
});

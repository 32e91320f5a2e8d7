// Sockets that throw: a server's runtime throws where a browser drops what a socket is given while it closes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, openChannel, settled, XanoClient } from "../support/node-page.js";

/** Whatever it is given once it does not take it, the socket throws. */
function throwing(socket) {
  const { send } = socket;
  socket.send = (text) => {
    if (socket.readyState !== FakeSocket.OPEN) throw new TypeError("Can't call WebSocket send() after close().");
    send.call(socket, text);
  };
}

test("nothing is sent on a socket that has begun to close, and the client goes on", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const jill = client();
  const [room, hall] = ["room", "hall"].map((name) => jill.channel(name).on(() => {}));
  const first = FakeSocket.latest;
  throwing(first);
  first.open();
  first.readyState = FakeSocket.CLOSING;
  const lobby = jill.channel("lobby").on(() => {});
  room.destroy();
  first.drop(1006);
  t.mock.timers.tick(1_000);
  FakeSocket.latest.open();
  assert.deepEqual(
    FakeSocket.latest.sentOf("join").map(({ options }) => options.channel),
    ["hall", "lobby"],
  );
  for (const channel of [hall, lobby]) channel.destroy();
});

test("a client that lost its last channel on such a socket connects no more", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { channel, socket } = openChannel();
  throwing(socket);
  socket.readyState = FakeSocket.CLOSING;
  channel.destroy();
  await settled();
  socket.drop(1006);
  t.mock.timers.tick(60_000);
  assert.equal(FakeSocket.latest, socket);
});

test("a ping that cannot be sent is an unanswered one", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const reported = t.mock.method(console, "error", () => {});
  const { channel, socket } = openChannel();
  t.after(() => channel.destroy());
  socket.deliver({ action: "join", options: { channel: "room" }, payload: { ext: { ping: 1 } } });
  socket.send = () => {
    throw new TypeError("not now");
  };
  for (let passed = 0; passed < 30_000; passed += 500) {
    now += 500;
    t.mock.timers.tick(500);
  }
  assert.notEqual(FakeSocket.latest, socket);
  assert.equal(reported.mock.callCount(), 1);
});

test("a socket that throws when it is closed holds up nothing that was decided with it", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const reported = t.mock.method(console, "error", () => {});
  const settings = { realtimeConnectionHash: "throws when closed" };
  const channel = new XanoClient({ instanceBaseUrl: "https://x8.xano.io", ...settings }).channel("room").on(() => {});
  const first = FakeSocket.latest;
  first.open();
  first.close = () => {
    throw new Error("cannot close");
  };
  channel.destroy();
  await settled();
  const later = new XanoClient({ instanceBaseUrl: "https://x8.xano.io", ...settings }).channel("room").on(() => {});
  t.after(() => later.destroy());
  assert.notEqual(FakeSocket.latest, first);
  assert.equal(reported.mock.callCount(), 1);
});

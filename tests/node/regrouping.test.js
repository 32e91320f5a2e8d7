// Clients that share sockets, as their tokens change.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, settled } from "../support/node-page.js";

/** A client of the test's own address with a channel, and its socket. */
function member(hash, realtimeAuthToken, name = "room") {
  const jill = client({ realtimeConnectionHash: hash, realtimeAuthToken });
  const statuses = [];
  const channel = jill.channel(name).on("connection_status", ({ payload }) => statuses.push(payload.status));
  return { jill, channel, statuses, socket: FakeSocket.latest };
}

test("a channel that is made as another one leaves for a new token gets a socket", async (t) => {
  const [first, second] = [member("left", "a"), member("left", "b")];
  for (const { socket } of [first, second]) socket.open();
  first.socket.drop(1000);
  first.jill.setRealtimeAuthToken("b").realtimeReconnect();
  const before = FakeSocket.all.length;
  const third = member("left", "a", "hall");
  t.after(() => [first, second, third].forEach(({ channel }) => channel.destroy()));
  assert.equal(FakeSocket.all.length - before, 1);
  third.socket.open();
  await settled();
  assert.equal(third.jill.connectionStatus, "connected");
  assert.deepEqual(
    third.socket.sentOf("join").map(({ options }) => options.channel),
    ["hall"],
  );
});

test("two clients that swap their tokens both connect", async (t) => {
  t.mock.method(console, "warn", () => {});
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [first, second] = [member("swap", "a"), member("swap", "b")];
  t.after(() => [first, second].forEach(({ channel }) => channel.destroy()));
  for (const { socket } of [first, second]) {
    socket.open();
    socket.drop(1008);
  }
  first.jill.setRealtimeAuthToken("b");
  second.jill.setRealtimeAuthToken("a");
  const before = FakeSocket.all.length;
  first.jill.realtimeReconnect();
  await settled();
  t.mock.timers.tick(60_000);
  for (const socket of FakeSocket.all.slice(before)) socket.open();
  assert.deepEqual([first.jill.connectionStatus, second.jill.connectionStatus], ["connected", "connected"]);
});

test("a client that moves to another one's socket leaves that as it is", async (t) => {
  const members = [member("healthy", "a"), member("healthy", "a"), member("healthy", "b")];
  t.after(() => members.forEach(({ channel }) => channel.destroy()));
  const [first, , other] = members;
  for (const { socket } of [first, other]) socket.open();
  await settled();
  first.jill.setRealtimeAuthToken("b").realtimeReconnect();
  await settled();
  assert.equal(other.socket.readyState, FakeSocket.OPEN);
  assert.deepEqual(other.statuses, ["connected"]);
});

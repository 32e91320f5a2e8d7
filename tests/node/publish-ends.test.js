// Published messages that no answer can come to: their promises reject, at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, openChannel, settled } from "../support/node-page.js";

const options = { channel: "room" };
const ack = { action: "join", options, payload: { ext: { publish: 1 } } };

/** What has become of the promise by the end of this tick: its error's code, or "pending". */
async function outcome(promise) {
  let code = "pending";
  promise.then(
    () => (code = "taken"),
    (error) => (code = error.code),
  );
  await settled();
  return code;
}

test("on a destroyed channel each one rejects, not the first alone", async () => {
  const { channel } = openChannel();
  channel.destroy();
  assert.equal(await outcome(channel.publish(1)), "destroyed");
  assert.equal(await outcome(channel.publish(2)), "destroyed");
});

for (const code of [1000, 4403]) {
  test(`after the server has closed for good (${code}) what waits for an answer rejects, and so does a later one`, async (t) => {
    const { channel, socket } = openChannel();
    t.after(() => channel.destroy());
    socket.deliver(ack);
    const sent = channel.publish("sent");
    socket.drop(code);
    assert.equal(await outcome(sent), "server_closed");
    assert.equal(await outcome(channel.publish("later")), "server_closed");
    assert.equal(await outcome(channel.joined), "server_closed");
  });
}

test("the next connection takes messages again", async (t) => {
  const jill = client();
  const channel = jill.channel("room").on(() => {});
  t.after(() => channel.destroy());
  FakeSocket.latest.open();
  FakeSocket.latest.drop(1000);
  jill.realtimeReconnect();
  const published = channel.publish("again");
  FakeSocket.latest.open();
  FakeSocket.latest.deliver(ack);
  const [{ options: sent }] = FakeSocket.latest.sentOf("message");
  FakeSocket.latest.deliver({ action: "message", options: { ...sent, id: "0-1" }, payload: "again" });
  assert.deepEqual(await published, { id: "0-1" });
});

test("a failure that has a name of its own keeps it", async (t) => {
  t.mock.method(console, "warn", () => {});
  const { channel, socket } = openChannel();
  t.after(() => channel.destroy());
  socket.deliver(ack);
  const sent = channel.publish("sent");
  socket.drop(4401);
  assert.equal(await outcome(sent), "unauthorized");
});

test("nothing waits for its turn on a channel that is destroyed", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { channel, socket } = openChannel();
  const published = Array.from({ length: 900 }, (_, number) => channel.publish(number));
  socket.deliver(ack);
  assert.ok(socket.sentOf("message").length < 900, "some of them wait");
  channel.destroy();
  await Promise.allSettled(published);
  t.mock.timers.tick(50);
  const timers = t.mock.method(globalThis, "setTimeout");
  t.mock.timers.tick(50);
  t.mock.timers.tick(50);
  assert.equal(timers.mock.callCount(), 0);
});

test("what a server closes with 1009 for is rejected, and not sent again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { channel } = openChannel();
  t.after(() => channel.destroy());
  FakeSocket.latest.deliver(ack);
  const published = channel.publish("large");
  FakeSocket.latest.drop(1009);
  assert.equal(await outcome(published), "too_large");
  const later = channel.publish("small");
  t.mock.timers.tick(60_000);
  FakeSocket.latest.open();
  FakeSocket.latest.deliver(ack);
  assert.deepEqual(
    FakeSocket.latest.sentOf("message").map(({ payload }) => payload),
    ["small"],
  );
  assert.equal(await outcome(later), "pending");
});

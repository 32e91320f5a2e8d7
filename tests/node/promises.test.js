// What a channel promises: joined, fetchHistory, and the loop over its actions.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { client, FakeSocket, message, openChannel, refusal, settled } from "../support/node-page.js";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(async () => {
  await settled();
  assert.deepEqual(unhandled, [], "no promise of ours is ever an unhandled rejection");
});

const ack = { action: "join", client: null, options: { channel: "room" }, payload: {} };

for (const [name, frame] of [
  ["a join acknowledgement", ack],
  ["presence_full", { ...ack, action: "presence_full", payload: { presence: [] } }],
  ["history", { ...ack, action: "history", payload: { history: [] } }],
  ["a message", message(1)],
]) {
  test(`joined resolves at ${name}`, async () => {
    const { channel, socket } = openChannel();
    const { joined } = channel;
    socket.deliver(frame);
    assert.equal(await joined, undefined);
    assert.equal(await channel.joined, undefined, "and at once from then on");
  });
}

test("joined asks for the connection by itself", async () => {
  const { joined } = client().channel("room");
  FakeSocket.latest.open();
  assert.equal(FakeSocket.latest.sentOf("join").length, 1);
  FakeSocket.latest.deliver(ack);
  await joined;
});

test("joined rejects at an error for the channel, in the server's words", async () => {
  const { channel, socket } = openChannel();
  const { joined } = channel;
  socket.deliver(refusal("of another channel", "elsewhere"));
  socket.deliver(refusal("No settings for channel name"));
  await assert.rejects(joined, { message: "No settings for channel name", code: "no_settings" });
});

test("joined rejects when the channel is destroyed, before or after it was asked for", async () => {
  const { channel } = openChannel();
  const { joined } = channel;
  channel.destroy();
  await assert.rejects(joined, { code: "destroyed" });
  await assert.rejects(channel.joined, { code: "destroyed" });
});

test("joined rejects after 15 seconds without an answer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { channel } = openChannel();
  const { joined } = channel;
  let outcome = "pending";
  joined.catch((error) => {
    outcome = error.code;
  });
  t.mock.timers.tick(14_999);
  await settled();
  assert.equal(outcome, "pending");
  t.mock.timers.tick(1);
  await assert.rejects(joined, { code: "timeout" });
});

test("joined is open again after the connection broke", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { channel, socket } = openChannel();
  socket.deliver(ack);
  await channel.joined;
  socket.drop(1006);
  const again = channel.joined;
  t.mock.timers.tick(1_000);
  FakeSocket.latest.open();
  FakeSocket.latest.deliver(ack);
  await again;
  assert.notEqual(FakeSocket.latest, socket);
});

test("fetchHistory asks, and resolves with the kept actions", async () => {
  const { channel, socket } = openChannel();
  const kept = channel.fetchHistory();
  assert.deepEqual(socket.sentOf("history"), [{ action: "history", options: { channel: "room" }, payload: null }]);
  socket.deliver({ ...ack, action: "history", payload: { history: [message("kept")] } });
  assert.deepEqual(await kept, [message("kept")]);
});

test("fetchHistory rejects when it is refused", async () => {
  const { channel, socket } = openChannel();
  const kept = channel.fetchHistory();
  socket.deliver(refusal("not allowed"));
  await assert.rejects(kept, { message: "not allowed" });
});

test("message() and history() return undefined: React effects return them", () => {
  const { channel } = openChannel();
  assert.equal(channel.message(1), undefined);
  assert.equal(channel.history(), undefined);
});

test("a loop gets every action from when it was made, errors too, and ends with the channel", async () => {
  const { channel, socket } = openChannel();
  const actions = channel[Symbol.asyncIterator]();
  socket.deliver(message(1));
  socket.deliver(refusal("refused"));
  socket.deliver(message(2));
  const seen = [];
  const loop = (async () => {
    for await (const action of actions) seen.push(action.payload.message ?? action.payload);
  })();
  await settled();
  channel.destroy();
  await loop;
  assert.deepEqual(seen, [1, "refused", 2]);
});

test("leaving a loop ends its subscription", async () => {
  const { channel, socket } = openChannel();
  const actions = channel[Symbol.asyncIterator]();
  socket.deliver(message(1));
  for await (const action of actions) {
    assert.equal(action.payload, 1);
    break;
  }
  socket.deliver(message(2));
  assert.deepEqual(await actions.next(), { value: undefined, done: true });
});

test("return() ends a loop that waits, and one that has not begun", async () => {
  const { channel, socket } = openChannel();
  const [waiting, unused] = [channel[Symbol.asyncIterator](), channel[Symbol.asyncIterator]()];
  const next = waiting.next();
  const ended = { value: undefined, done: true };
  assert.deepEqual(await Promise.all([waiting.return(), unused.return()]), [ended, ended]);
  assert.deepEqual(await next, ended);
  socket.deliver(message(1));
  assert.deepEqual(await unused.next(), ended);
});

test("a loop that falls behind by more than 1,000 actions is told so", async () => {
  const { channel, socket } = openChannel();
  const actions = channel[Symbol.asyncIterator]();
  for (let number = 0; number < 1_002; number += 1) socket.deliver(message(number));
  for (let number = 0; number < 1_000; number += 1) assert.equal((await actions.next()).value.payload, number);
  await assert.rejects(actions.next(), { code: "overflow" });
  assert.deepEqual(await actions.next(), { value: undefined, done: true });
});

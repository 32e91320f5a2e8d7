// Channels that move to another connection, as their client's token changes: what was missed on the way, and who waits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, settled } from "../support/node-page.js";

const options = { channel: "room" };
const message = (id) => ({ action: "message", options: { ...options, id }, payload: id });
const ack = (id, ext) => ({ action: "join", options, payload: { ext: { recover: { epoch: "e", id }, ...ext } } });

/** A client of the test's own address with a channel that recovers, joined on a socket of its own. */
function member(t, hash, realtimeAuthToken, first = ack("0-1")) {
  const jill = client({ realtimeConnectionHash: hash, realtimeAuthToken });
  const told = [];
  const tell = ({ action, payload }) => {
    if (action === "message") told.push(payload);
    if (action === "error") told.push(payload.code);
  };
  const channel = jill.channel("room", { recover: true }).on(tell, tell);
  t.after(() => channel.destroy());
  const socket = FakeSocket.latest;
  if (socket.readyState !== FakeSocket.OPEN) {
    socket.open();
    socket.deliver(first);
  }
  return { jill, channel, told, socket };
}

/** The client's channel, whose socket is another client's too, goes to one with that token. */
function move({ jill }, token) {
  jill.setRealtimeAuthToken(token).realtimeReconnect();
}

test("a channel that moves to a new socket asks there for what came on the way", async (t) => {
  const [first] = [member(t, "new", "a"), member(t, "new", "a")];
  first.socket.deliver(message("0-2"));
  move(first, "b");
  FakeSocket.latest.open();
  assert.deepEqual(FakeSocket.latest.sentOf("join")[0].payload.since, { epoch: "e", id: "0-2" });
  FakeSocket.latest.deliver(ack("0-3"));
  const payload = { history: [message("0-3")], complete: true };
  FakeSocket.latest.deliver({ action: "history", options, payload });
  await settled();
  assert.deepEqual(first.told, ["0-2", "0-3"]);
});

test("where the server does not keep count, a channel that moves is told that something may be missing", async (t) => {
  const uncounted = { action: "join", options, payload: {} };
  const [first] = [member(t, "uncounted", "a", uncounted), member(t, "uncounted", "a", uncounted)];
  move(first, "b");
  FakeSocket.latest.open();
  FakeSocket.latest.deliver(uncounted);
  await settled();
  assert.deepEqual(first.told, ["gap_possible"]);
});

test("a channel that moves to where others have another position is told that something may be missing", async (t) => {
  const [first] = [member(t, "others", "a"), member(t, "others", "a")];
  const other = member(t, "others", "b", ack("0-4"));
  move(first, "b");
  await settled();
  assert.deepEqual(first.told, ["gap_possible"]);
  assert.deepEqual(other.told, []);
});

test("a channel that moves to where others have its position has missed nothing", async (t) => {
  const [first] = [member(t, "equal", "a"), member(t, "equal", "a")];
  member(t, "equal", "b");
  move(first, "b");
  await settled();
  assert.deepEqual(first.told, []);
});

test("joined resolves when the channel moves to a connection that has joined", async (t) => {
  const first = client({ realtimeConnectionHash: "joined", realtimeAuthToken: "a" });
  const channel = first.channel("room").on(() => {});
  const beside = client({ realtimeConnectionHash: "joined", realtimeAuthToken: "a" }).channel("room");
  beside.on(() => {});
  t.after(() => [channel, beside].forEach((each) => each.destroy()));
  FakeSocket.latest.open();
  const { joined } = channel;
  member(t, "joined", "b");
  move({ jill: first }, "b");
  await joined;
});

test("what waits for the connection moves in the order it was sent", async (t) => {
  const [jill, beside] = ["room", "hall"].map((name) => {
    const each = client({ realtimeConnectionHash: "order", realtimeAuthToken: "a" });
    const channel = each.channel(name).on(() => {});
    t.after(() => channel.destroy());
    return { jill: each, channel };
  });
  assert.ok(beside);
  const { channel } = jill;
  channel.message(1);
  const published = [channel.publish(2)];
  channel.message(3);
  published.push(channel.publish(4));
  move(jill, "b");
  const socket = FakeSocket.latest;
  socket.open();
  socket.deliver(ack("0-1", { publish: 1 }));
  const sent = socket.sentOf("message");
  assert.deepEqual(
    sent.map(({ payload }) => payload),
    [1, 3, 2, 4],
    "what is published waits for the join",
  );
  for (const { options } of sent.slice(2)) {
    socket.deliver({ action: "message", options: { ...options, id: "0-7" }, payload: 0 });
  }
  assert.deepEqual(await Promise.all(published), [{ id: "0-7" }, { id: "0-7" }]);
});

test("a published message moves with its channel object, and the answer of either server counts once", async (t) => {
  const keys = { publish: 1 };
  const [first, second] = [member(t, "shared", "a", ack("0-1", keys)), member(t, "shared", "a")];
  const published = [first.channel.publish("moves"), second.channel.publish("stays"), first.channel.publish("too")];
  const before = first.socket.sentOf("message");
  move(first, "b");
  FakeSocket.latest.open();
  FakeSocket.latest.deliver(ack("0-1", keys));
  const again = FakeSocket.latest.sentOf("message");
  assert.deepEqual(
    again.map(({ payload, options }) => [payload, options.key]),
    [
      ["moves", before[0].options.key],
      ["too", before[2].options.key],
    ],
  );
  const answer = ({ options }, id) => ({ action: "message", options: { ...options, id }, payload: 0 });
  first.socket.deliver(answer(before[0], "0-2"));
  FakeSocket.latest.deliver(answer(again[0], "0-9"));
  FakeSocket.latest.deliver(answer(again[1], "0-4"));
  second.socket.deliver(answer(before[1], "0-3"));
  assert.deepEqual(await Promise.all(published), [{ id: "0-2" }, { id: "0-3" }, { id: "0-4" }]);
});

test("where the server has restarted meanwhile, a message that moves is not sent again", async (t) => {
  const keys = { publish: 1 };
  const [first] = [member(t, "restarted", "a", ack("0-1", keys)), member(t, "restarted", "a")];
  const published = first.channel.publish("moves");
  move(first, "b");
  FakeSocket.latest.open();
  FakeSocket.latest.deliver(ack("0-1", { ...keys, recover: { epoch: "another", id: null } }));
  await assert.rejects(published, { code: "unconfirmed" });
  assert.deepEqual(FakeSocket.latest.sentOf("message"), []);
});

test("what a channel object has published is told when it is destroyed, though others are on the channel", async (t) => {
  const keys = { publish: 1 };
  const [first, second] = [member(t, "beside", "a", ack("0-1", keys)), member(t, "beside", "a")];
  const [lost, kept] = [first.channel.publish(1), second.channel.publish(2)];
  first.channel.destroy();
  await assert.rejects(lost, { code: "destroyed" });
  const [, { options }] = second.socket.sentOf("message");
  second.socket.deliver({ action: "message", options: { ...options, id: "0-2" }, payload: 2 });
  assert.deepEqual(await kept, { id: "0-2" });
});

test("a message that was sent does not move to where others may have got it", async (t) => {
  const keyed = (id) => ack(id, { publish: 1 });
  const [first] = [member(t, "ahead", "a", keyed("0-1")), member(t, "ahead", "a")];
  const other = member(t, "ahead", "b", keyed("0-1"));
  const published = first.channel.publish("once");
  other.socket.deliver(message("0-2"));
  move(first, "b");
  await assert.rejects(published, { code: "unconfirmed" });
  assert.deepEqual(other.socket.sentOf("message"), []);
});

test("a message that was sent moves to where others have the same position", async (t) => {
  const keyed = (id) => ack(id, { publish: 1 });
  const [first] = [member(t, "level", "a", keyed("0-1")), member(t, "level", "a")];
  const other = member(t, "level", "b", keyed("0-1"));
  const published = first.channel.publish("again");
  move(first, "b");
  const [{ options }] = other.socket.sentOf("message");
  other.socket.deliver({ action: "message", options: { ...options, id: "0-2" }, payload: "again" });
  assert.deepEqual(await published, { id: "0-2" });
  assert.deepEqual(other.told, ["again"]);
});

for (const isThere of [true, false]) {
  const where = isThere ? "a server that has restarted" : "one that has not told yet that it has";
  test(`a message that was sent does not move to ${where}`, async (t) => {
    const hash = `restarted-${isThere}`;
    const keyed = (id, epoch) => ({
      action: "join",
      options,
      payload: { ext: { publish: 1, recover: { epoch, id } } },
    });
    const [first] = [member(t, hash, "a", keyed("0-1", "e")), member(t, hash, "a")];
    client({ realtimeConnectionHash: hash, realtimeAuthToken: "b" })
      .channel("room")
      .on(() => {});
    const there = FakeSocket.latest;
    const tell = () => {
      there.open();
      there.deliver(keyed("0-0", "another"));
    };
    if (isThere) tell();
    const published = first.channel.publish("once");
    move(first, "b");
    if (!isThere) tell();
    await assert.rejects(published, { code: "unconfirmed" });
    assert.deepEqual(there.sentOf("message"), []);
  });
}

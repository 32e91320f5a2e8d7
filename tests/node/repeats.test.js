// Published messages that are sent again: what is heard of them, and what they change.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, settled } from "../support/node-page.js";

const options = { channel: "room" };
const ack = (id, epoch = "e") => ({
  action: "join",
  options,
  payload: { ext: { publish: 1, recover: { epoch, id } } },
});
const message = (id, key) => ({ action: "message", options: { ...options, id, key }, payload: id });
const history = (...entries) => ({ action: "history", options, payload: { history: entries, complete: true } });
const sinceOf = (socket) => socket.sentOf("join")[0].payload.since;
const keysOn = (socket) => socket.sentOf("message").map(({ options }) => options.key);

/** Tests whose time stands still. */
const timed = new WeakSet();

/** A channel, mostly on a socket of its own, with the messages it got. */
function joined(t, { hash = t.name, token, recover = true } = {}) {
  if (!timed.has(t)) t.mock.timers.enable({ apis: ["setTimeout"] });
  timed.add(t);
  const jill = client({ realtimeConnectionHash: hash, realtimeAuthToken: token });
  const heard = [];
  const channel = jill.channel("room", { recover }).on("message", ({ payload }) => heard.push(payload));
  t.after(() => channel.destroy());
  const socket = FakeSocket.latest;
  if (socket.readyState !== FakeSocket.OPEN) {
    socket.open();
    socket.deliver(ack("0-1"));
  }
  return { jill, channel, heard, socket };
}

function interrupt(t) {
  FakeSocket.latest.drop(1006);
  t.mock.timers.tick(60_000);
  FakeSocket.latest.open();
  return FakeSocket.latest;
}

test("an echo is not handed out where the first sending was heard on the same socket", async (t) => {
  const { channel, heard } = joined(t);
  const published = channel.publish("text");
  const socket = interrupt(t);
  socket.deliver(ack("0-1"));
  socket.deliver(history());
  socket.deliver(message("0-2"));
  socket.deliver(message("0-2", keysOn(socket)[0]));
  assert.deepEqual(await published, { id: "0-2" });
  assert.deepEqual(heard, ["0-2"]);
});

test("the late echo of a message that was sent again does not move the position back", async (t) => {
  const { jill, channel, heard } = joined(t, { recover: false });
  const published = channel.publish("text");
  const socket = interrupt(t);
  socket.deliver(ack("0-2"));
  socket.deliver(message("0-3"));
  socket.deliver(message("0-2", keysOn(socket)[0]));
  await published;
  assert.deepEqual(heard, ["0-3", "0-2"], "without recover the echo is all there is of it");
  const beside = jill.channel("room", { recover: true }).on(() => {});
  t.after(() => beside.destroy());
  assert.deepEqual(sinceOf(interrupt(t)), { epoch: "e", id: "0-3" });
});

test("what was sent while missed messages were on their way is sent again after the next interruption", async (t) => {
  const { channel } = joined(t);
  interrupt(t).deliver(ack("0-1", "another"));
  const published = channel.publish("text");
  const [key] = keysOn(FakeSocket.latest);
  assert.ok(key);
  const socket = interrupt(t);
  socket.deliver(ack("0-2", "another"));
  assert.deepEqual(keysOn(socket), [key]);
  socket.deliver(message("0-2", key));
  assert.deepEqual(await published, { id: "0-2" });
});

test("a message that moves to where the server has restarted is not sent again", async (t) => {
  const first = joined(t, { token: "a" });
  joined(t, { token: "a" });
  const published = first.channel.publish("text");
  published.catch(() => {});
  const other = joined(t, { token: "b" });
  other.socket.drop(1006);
  t.mock.timers.tick(60_000);
  const { latest: socket } = FakeSocket;
  socket.open();
  socket.deliver(ack("0-1", "another"));
  first.jill.setRealtimeAuthToken("b").realtimeReconnect();
  await settled();
  assert.deepEqual(keysOn(socket), []);
  await assert.rejects(published, { code: "unconfirmed" });
});

test("a message of before a channel was left does not make the next join count as joined", async (t) => {
  const { jill, channel, socket } = joined(t);
  const keeper = jill.channel("hall").on(() => {});
  channel.destroy();
  await settled();
  const again = jill.channel("room").on(() => {});
  t.after(() => [keeper, again].forEach((each) => each.destroy()));
  const published = again.publish("text");
  socket.deliver(message("0-2"));
  assert.deepEqual(keysOn(socket), [], "whether keys are answered is not known yet");
  socket.deliver(ack("0-2"));
  const [key] = keysOn(socket);
  socket.deliver(message("0-3", key));
  assert.deepEqual(await published, { id: "0-3" });
});

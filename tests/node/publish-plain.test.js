// Publishing on a server without extensions: the echo says that a message was taken, and nothing is sent twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, settled } from "../support/node-page.js";

const options = { channel: "room" };
const message = (payload, more) => ({
  action: "message",
  client: { socketId: "somebody" },
  options: { ...options, ...more },
  payload,
});
const acknowledgement = { action: "join", client: null, options, payload: {} };
const history = (...payloads) => ({
  action: "history",
  client: null,
  options,
  payload: { history: payloads.map((payload) => message(payload)) },
});
const deliver = (...frames) => {
  for (const frame of frames) FakeSocket.latest.deliver(frame);
};
const sent = () => FakeSocket.latest.sentOf("message").map(({ payload }) => payload);

/** A channel that is joined on a server without extensions, and what its handlers get. */
function joined(t, wishes = {}, settings = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const owner = client(settings);
  const channel = owner.channel("room", wishes);
  const told = [];
  const tell = ({ action, payload, replayed }) => {
    if (action === "message") told.push(replayed ? `${payload} again` : payload);
    if (action === "error") told.push(`!${payload.code}`);
  };
  channel.on(tell, tell);
  FakeSocket.latest.open();
  deliver(acknowledgement);
  t.after(() => channel.destroy());
  return { owner, channel, told };
}

/** What becomes of each, as far as it is known. */
function outcomes(...promises) {
  const known = promises.map(() => "pending");
  promises.forEach((promise, index) => {
    promise.then(
      (value) => (known[index] = value),
      ({ code }) => (known[index] = code),
    );
  });
  return async () => {
    await settled();
    return known;
  };
}

function interrupt(t) {
  FakeSocket.latest.drop(1006);
  t.mock.timers.tick(60_000);
  FakeSocket.latest.open();
}

test("it carries no key, and resolves with its echo, which reaches the handlers", async (t) => {
  const { channel, told } = joined(t);
  const known = outcomes(channel.publish({ text: "Hello", id: 7 }));
  assert.deepEqual(FakeSocket.latest.sentOf("message")[0].options, options);
  assert.deepEqual(await known(), ["pending"]);
  deliver(message("another"), message({ text: "Hello", id: 7 }));
  assert.deepEqual(await known(), [{}]);
  assert.deepEqual(told, ["another", { text: "Hello", id: 7 }]);
});

test("each of two that are equal has an echo of its own", async (t) => {
  const { channel } = joined(t);
  const known = outcomes(channel.publish("a"), channel.publish("b"), channel.publish("a"));
  deliver(message("a"));
  assert.deepEqual(await known(), [{}, "pending", "pending"]);
  deliver(message("b"), message("a"));
  assert.deepEqual(await known(), [{}, {}, {}]);
});

test("a private message with the same payload is no echo, and one has none", async (t) => {
  const { channel } = joined(t);
  const known = outcomes(channel.publish("a"), channel.publish("b", { socketId: "jill" }));
  deliver(message("a", { socketId: "me" }));
  assert.deepEqual(await known(), ["pending", {}]);
});

test("one that contains another one's payload is not taken for it", async (t) => {
  const { channel } = joined(t);
  const known = outcomes(channel.publish({ payload: 5 }), channel.publish(5));
  deliver(message(5));
  assert.deepEqual(await known(), ["pending", {}]);
});

test("without an echo it is unconfirmed after 15 seconds", async (t) => {
  const { channel } = joined(t);
  const known = outcomes(channel.publish("a"));
  for (let second = 0; second < 15; second += 1) {
    assert.deepEqual(await known(), ["pending"]);
    t.mock.timers.tick(1_000);
    deliver(message("another"));
  }
  assert.deepEqual(await known(), ["unconfirmed"]);
});

test("after a cut it is unconfirmed, and never sent again; what had not been sent is sent once", async (t) => {
  const { channel } = joined(t);
  const known = outcomes(channel.publish("a"));
  FakeSocket.latest.drop(1006);
  const waiting = outcomes(channel.publish("b"));
  assert.deepEqual([await known(), await waiting()], [["pending"], ["pending"]]);
  t.mock.timers.tick(60_000);
  FakeSocket.latest.open();
  deliver(acknowledgement);
  assert.deepEqual(await known(), ["unconfirmed"]);
  assert.deepEqual(sent(), ["b"]);
  deliver(message("b"));
  assert.deepEqual(await waiting(), [{}]);
  interrupt(t);
  deliver(acknowledgement);
  assert.deepEqual(sent(), []);
});

test("after a cut it resolves with its entry in what was missed; what is not in there is unconfirmed", async (t) => {
  const { channel, told } = joined(t, { recover: true });
  deliver(message("x"), message("y"), message("b"));
  const known = outcomes(channel.publish("a"), channel.publish("b"));
  interrupt(t);
  deliver(acknowledgement);
  const later = outcomes(channel.publish("c"));
  assert.deepEqual(await known(), ["pending", "pending"]);
  // What was there before is not what was published.
  deliver(history("x", "y", "b", "a"));
  assert.deepEqual([await known(), await later()], [[{}, "unconfirmed"], ["pending"]]);
  deliver(message("c"));
  assert.deepEqual(await later(), [{}]);
  assert.deepEqual(told, ["x", "y", "b", "a again", "c"]);
});

test("where something may have been missed, it is unconfirmed", async (t) => {
  const { channel, told } = joined(t, { recover: true });
  deliver(message("x"));
  const known = outcomes(channel.publish("a"));
  interrupt(t);
  deliver(acknowledgement, history("other", "a"));
  assert.deepEqual(await known(), ["unconfirmed"]);
  assert.deepEqual(told, ["x", "!gap_possible"]);
});

test("where nothing was seen before the cut, it is unconfirmed", async (t) => {
  const { channel } = joined(t, { recover: true });
  const known = outcomes(channel.publish("a"));
  interrupt(t);
  deliver(acknowledgement);
  assert.deepEqual(await known(), ["unconfirmed"]);
});

test("an echo that comes before the history does counts", async (t) => {
  const { channel, told } = joined(t, { recover: true });
  deliver(message("x"), message("y"), message("z"));
  interrupt(t);
  deliver(acknowledgement);
  const known = outcomes(channel.publish("a"));
  deliver(message("a"), history("x", "y", "z", "b", "a"));
  assert.deepEqual(await known(), [{}]);
  assert.deepEqual(told, ["x", "y", "z", "b again", "a"]);
});

test("one that moves to another connection is unconfirmed there, and not sent again", async (t) => {
  const settings = { realtimeConnectionHash: "moves", realtimeAuthToken: "a" };
  const { owner, channel } = joined(t, {}, settings);
  const other = client(settings)
    .channel("room")
    .on(() => {});
  t.after(() => other.destroy());
  const known = outcomes(channel.publish("a"));
  owner.setRealtimeAuthToken("b").realtimeReconnect();
  FakeSocket.latest.open();
  deliver(acknowledgement);
  assert.deepEqual(await known(), ["unconfirmed"]);
  assert.deepEqual(FakeSocket.latest.protocols, ["b"]);
  assert.deepEqual(sent(), []);
});

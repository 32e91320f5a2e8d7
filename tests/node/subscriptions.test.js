// Adding handlers late, taking them away, and hearing of something once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, message, openChannel, settled } from "../support/node-page.js";

test("a first handler that comes after the socket opened is told that it is connected, whenever its channel was made", async () => {
  const jill = client();
  jill.channel("room").on(() => {});
  const early = jill.channel("made while connecting");
  FakeSocket.latest.open();
  const late = jill.channel("made afterwards");
  const told = [];
  for (const channel of [early, late]) channel.on("connection_status", ({ payload }) => told.push(payload.status));
  await settled();
  assert.deepEqual(told, ["connected", "connected"]);
});

test("off(action, handler) takes away that handler for that action alone", () => {
  const { channel, socket } = openChannel();
  const heard = [];
  const hear = (action) => heard.push(action.action);
  channel.on("message", hear).on("event", hear).off("message", hear);
  socket.deliver(message(1));
  socket.deliver({ ...message(1), action: "event" });
  assert.deepEqual(heard, ["event"]);
});

test("off(action) takes away every handler for the action, off(handler) that handler everywhere", () => {
  const { channel, socket } = openChannel();
  const heard = [];
  const [first, second] = ["first", "second"].map((name) => (action) => heard.push(`${name} ${action.action}`));
  channel.on("message", first).on("message", second).on("event", first).on("event", second);
  channel.off("message");
  channel.off(first);
  socket.deliver(message(1));
  socket.deliver({ ...message(1), action: "event" });
  assert.deepEqual(heard, ["second event"]);
});

test("off() takes away every handler, and on() works again", () => {
  const { channel, actions, socket } = openChannel();
  channel.off();
  socket.deliver(message("nobody"));
  channel.on("message", ({ payload }) => actions.push(payload));
  socket.deliver(message("somebody"));
  assert.deepEqual(actions.at(-1), "somebody");
  assert.equal(actions.filter((action) => action.payload === "nobody").length, 0);
});

test("off inside a handler keeps the later handlers of the same frame in place", () => {
  const { channel, socket } = openChannel();
  const heard = [];
  const once = ({ payload }) => {
    heard.push(`first ${payload}`);
    channel.off("message", once);
  };
  const removed = () => heard.push("removed before its turn");
  channel.on("message", once).on("message", () => channel.off("message", removed));
  channel.on("message", removed).on("message", ({ payload }) => heard.push(`last ${payload}`));
  socket.deliver(message(1));
  socket.deliver(message(2));
  assert.deepEqual(heard, ["first 1", "last 1", "last 2"]);
});

test("an aborted signal takes its handler away; one aborted before never adds it", () => {
  const { channel, socket } = openChannel();
  const heard = [];
  const hear = (name) => () => heard.push(name);
  const stop = new AbortController();
  channel.on("message", hear("by action"), { signal: stop.signal });
  channel.on(hear("all"), hear("errors"), { signal: stop.signal });
  channel.on("message", hear("never"), { signal: AbortSignal.abort() });
  socket.deliver(message(1));
  stop.abort();
  socket.deliver(message(2));
  assert.deepEqual(heard.sort(), ["all", "by action"]);
});

test("once(action) resolves with the first such action", async () => {
  const { channel, socket } = openChannel();
  const first = channel.once("message");
  socket.deliver({ ...message(0), action: "event" });
  socket.deliver(message(1));
  socket.deliver(message(2));
  assert.equal((await first).payload, 1);
});

test("off() leaves promises alone", async () => {
  const { channel, socket } = openChannel();
  const first = channel.once("message");
  channel.off();
  socket.deliver(message(1));
  assert.equal((await first).payload, 1);
});

test("once(action) rejects when the channel is destroyed", async () => {
  const { channel } = openChannel();
  const first = channel.once("message");
  channel.destroy();
  await assert.rejects(first, { code: "destroyed" });
});

test("a frame that may not wait for a connection takes its turn behind those that wait for the pace", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const jill = client();
  const [patient, hasty] = [{}, { queueOfflineActions: false }].map((wishes) => {
    const channel = jill.channel("room", wishes).on(() => {});
    t.after(() => channel.destroy());
    return channel;
  });
  for (let number = 0; number < 500; number += 1) patient.message(number);
  FakeSocket.latest.open();
  hasty.message("behind");
  const sent = () => FakeSocket.latest.sentOf("message").map(({ payload }) => payload);
  assert.equal(sent().length, 400);
  t.mock.timers.tick(1_100);
  assert.deepEqual(sent().slice(-2), [499, "behind"]);
});

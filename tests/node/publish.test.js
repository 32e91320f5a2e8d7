// Publishing: each message taken once by a server that answers, and a promise that always settles.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { client, FakeSocket, settled } from "../support/node-page.js";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(async () => {
  await settled();
  assert.deepEqual(unhandled, []);
});

const options = { channel: "room" };
const ack = (ext = { publish: 1 }) => ({ action: "join", options, payload: { ext } });
const sent = () => FakeSocket.latest.sentOf("message");
const answer = ({ key }, action = "message", payload = "text") => ({
  action,
  options: { ...options, key, id: "0-7" },
  payload,
});

/** Time as the tests move it. */
let now_ms = 60_000;

function pass(t, ms) {
  now_ms += ms;
  t.mock.timers.tick(ms);
}

/** The same in steps, as a connection has one timer and sets it anew each time that it runs out. */
function tick(t, seconds) {
  for (let second = 0; second < seconds; second += 1) t.mock.timers.tick(1_000);
}

function open(t) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  t.mock.method(performance, "now", () => now_ms);
  const channel = client().channel("room");
  const heard = [];
  channel.on(({ action, payload }) => heard.push([action, payload]));
  FakeSocket.latest.open();
  t.after(() => channel.destroy());
  return { channel, heard };
}

function interrupt(t) {
  FakeSocket.latest.drop(1006);
  t.mock.timers.tick(1_000);
  FakeSocket.latest.open();
}

test("it waits until the server has said what it can do, and resolves with the echo's id", async (t) => {
  const { channel, heard } = open(t);
  const published = channel.publish("text");
  assert.deepEqual(sent(), []);
  FakeSocket.latest.deliver(ack());
  assert.equal(sent().length, 1);
  assert.match(sent()[0].options.key, /^\d+,\d+,\d+,\d+$/, "four random numbers of 32 bits");
  FakeSocket.latest.deliver(answer(sent()[0].options));
  assert.deepEqual(await published, { id: "0-7" });
  assert.deepEqual(heard.at(-1), ["message", "text"], "the echo is a message like any other");
});

test("unanswered ones are sent again after a reconnect, with the same keys, in order", async (t) => {
  const { channel } = open(t);
  FakeSocket.latest.deliver(ack());
  const published = [1, 2, 3].map((number) => channel.publish(number));
  const keys = sent().map(({ options }) => options.key);
  assert.equal(new Set(keys).size, 3);
  FakeSocket.latest.deliver(answer({ key: keys[0] }));
  interrupt(t);
  assert.deepEqual(sent(), [], "not before the join is acknowledged");
  FakeSocket.latest.deliver(ack());
  assert.deepEqual(
    sent().map(({ options, payload }) => [options.key, payload]),
    [
      [keys[1], 2],
      [keys[2], 3],
    ],
  );
  for (const { options } of sent()) FakeSocket.latest.deliver(answer(options));
  assert.deepEqual(await Promise.all(published), [{ id: "0-7" }, { id: "0-7" }, { id: "0-7" }]);
});

test("a server that restarted is not sent it again: it might be there twice", async (t) => {
  const { channel } = open(t);
  const place = (epoch) => ({ publish: 1, recover: { epoch, id: null } });
  FakeSocket.latest.deliver(ack(place("first")));
  const published = channel.publish("text");
  interrupt(t);
  const waiting = channel.publish("not sent yet");
  FakeSocket.latest.deliver(ack(place("second")));
  await assert.rejects(published, { code: "unconfirmed" });
  assert.deepEqual(
    sent().map(({ payload }) => payload),
    ["not sent yet"],
  );
  FakeSocket.latest.deliver(answer(sent()[0].options));
  await waiting;
});

test("many that waited go out no faster than a server lets them, in order, and none is refused", async (t) => {
  const { channel } = open(t);
  const published = Array.from({ length: 600 }, (_, number) => channel.publish(number));
  FakeSocket.latest.deliver(ack());
  assert.equal(sent().length, 400);
  const later = channel.publish("behind them");
  for (let turn = 0; turn < 20; turn += 1) pass(t, 50);
  assert.equal(sent().length, 500);
  for (let turn = 0; turn < 21; turn += 1) pass(t, 50);
  assert.deepEqual(
    sent().map(({ payload }) => payload),
    [...Array(600).keys(), "behind them"],
  );
  for (const { options } of sent()) FakeSocket.latest.deliver(answer(options));
  await Promise.all([...published, later]);
});

test("a server's frame called connection_status does not stop what waits for its turn", async (t) => {
  const { channel } = open(t);
  const published = Array.from({ length: 600 }, (_, number) => channel.publish(number));
  FakeSocket.latest.deliver(ack());
  const payload = { status: "connected" };
  FakeSocket.latest.deliver({ action: "connection_status", options, payload });
  FakeSocket.latest.deliver({ action: "connection_status", payload });
  for (let turn = 0; turn < 40; turn += 1) pass(t, 50);
  assert.equal(sent().length, 600);
  for (const { options } of sent()) FakeSocket.latest.deliver(answer(options));
  await Promise.all(published);
});

test("a server's frame called restarted rejects nothing", async (t) => {
  const { channel, heard } = open(t);
  FakeSocket.latest.deliver(ack());
  const published = channel.publish("text");
  FakeSocket.latest.deliver({ action: "restarted", options, payload: "theirs" });
  FakeSocket.latest.deliver(answer(sent()[0].options));
  assert.deepEqual(await published, { id: "0-7" });
  assert.ok(
    heard.some(([action]) => action === "restarted"),
    "it is an action like any other",
  );
});

test("what waits when the connection breaks again goes out once on the next one", async (t) => {
  const { channel } = open(t);
  const published = Array.from({ length: 500 }, (_, number) => channel.publish(number));
  FakeSocket.latest.deliver(ack());
  for (const { options } of sent()) FakeSocket.latest.deliver(answer(options));
  interrupt(t);
  t.mock.timers.tick(5_000);
  assert.deepEqual(sent(), [], "not before the join is acknowledged");
  FakeSocket.latest.deliver(ack());
  assert.equal(sent().length, 100);
  for (const { options } of sent()) FakeSocket.latest.deliver(answer(options));
  await Promise.all(published);
});

test("the newest is refused when a thousand wait, or a mebibyte", async (t) => {
  const { channel } = open(t);
  const waiting = Array.from({ length: 1_000 }, (_, number) => channel.publish(number));
  await assert.rejects(channel.publish("one too many"), { code: "queue_full" });
  channel.destroy();
  for (const each of waiting) await assert.rejects(each, { code: "destroyed" });

  const other = client().channel("other");
  const large = other.publish("x".repeat(1024 * 1024));
  await assert.rejects(other.publish("y"), { code: "queue_full" });
  other.destroy();
  await assert.rejects(large, { code: "destroyed" });
});

test("a payload is sent as it was when it was published", async (t) => {
  const { channel } = open(t);
  const payload = { text: "then" };
  const published = channel.publish(payload);
  payload.text = "now";
  FakeSocket.latest.deliver(ack());
  assert.deepEqual(sent()[0].payload, { text: "then" });
  FakeSocket.latest.deliver(answer(sent()[0].options));
  await published;
});

test("an ack settles what has no echo, and reaches no handler", async (t) => {
  const { channel, heard } = open(t);
  FakeSocket.latest.deliver(ack());
  const before = heard.length;
  const published = [channel.publish("whisper", { socketId: "jill" }), channel.publish("dropped")];
  const [whisper, dropped] = sent();
  FakeSocket.latest.deliver(answer(whisper.options, "ack", { id: null, dropped: false }));
  FakeSocket.latest.deliver(answer(dropped.options, "ack", { id: null, dropped: true }));
  assert.deepEqual(await Promise.all(published), [{ id: "0-7" }, { dropped: true }]);
  assert.equal(heard.length, before);
});

test("an error with its key rejects it, in the server's words", async (t) => {
  const { channel } = open(t);
  FakeSocket.latest.deliver(ack());
  const published = channel.publish("text");
  FakeSocket.latest.deliver(answer(sent()[0].options, "error", { message: "not allowed", code: "no_public" }));
  await assert.rejects(published, { message: "not allowed", code: "no_public" });
  interrupt(t);
  FakeSocket.latest.deliver(ack());
  assert.deepEqual(sent(), [], "what was refused is not sent again");
});

test("it rejects after 15 seconds without an answer, counted while there is a connection", async (t) => {
  const { channel } = open(t);
  FakeSocket.latest.deliver(ack());
  let outcome = "pending";
  channel.publish("text").catch(({ code }) => {
    outcome = code;
  });
  // Somebody else is heard now and then, or the socket would be given up.
  const pass = (seconds) => {
    tick(t, seconds);
    FakeSocket.latest.deliver({ action: "event" });
  };
  pass(9);
  pass(5);
  FakeSocket.latest.drop(1006);
  t.mock.timers.tick(60_000);
  await settled();
  assert.equal(outcome, "pending");
  FakeSocket.latest.open();
  FakeSocket.latest.deliver(ack());
  pass(9);
  pass(5);
  await settled();
  assert.equal(outcome, "pending");
  pass(1);
  await settled();
  assert.equal(outcome, "timeout");
});

test("before it times out, a server that answers pings is asked whether it is there", async (t) => {
  const { channel } = open(t);
  FakeSocket.latest.deliver(ack({ publish: 1, ping: 1 }));
  channel.publish("whisper", { socketId: "jill" });
  const now = performance.now();
  t.mock.method(performance, "now", () => now + 5_000);
  t.mock.timers.tick(5_000);
  assert.equal(FakeSocket.latest.sentOf("ping").length, 1);
});

for (const [what, blocked_ms] of [
  ["was busy", 20_000],
  ["has slept", 100_000],
]) {
  test(`an answer that is there already when the page ${what} is read before it counts as late`, async (t) => {
    const { channel } = open(t);
    FakeSocket.latest.deliver(ack({ publish: 1, ping: 1 }));
    const published = channel.publish("text");
    now_ms += blocked_ms;
    // The timer runs out first.
    t.mock.timers.tick(5_000);
    FakeSocket.latest.deliver(answer(sent()[0].options));
    assert.deepEqual(await published, { id: "0-7" });
  });
}

test("an answer that is not there when the page was busy is late", async (t) => {
  const { channel } = open(t);
  FakeSocket.latest.deliver(ack({ publish: 1, ping: 1 }));
  const published = channel.publish("text");
  now_ms += 20_000;
  tick(t, 6);
  await assert.rejects(published, { code: "timeout" });
});

test("a server that never acknowledges the join counts as one that does not answer", async (t) => {
  const { channel } = open(t);
  const published = channel.publish("text");
  tick(t, 15);
  await assert.rejects(published, { code: "timeout" });
});

test("it rejects when the server does not let this client in, but not for what else is refused", async (t) => {
  const { channel } = open(t);
  const published = channel.publish("text");
  FakeSocket.latest.deliver({ action: "error", options, payload: { message: "Members only", code: "anonymous" } });
  await assert.rejects(published, { message: "Members only", code: "anonymous" });
  FakeSocket.latest.deliver(ack());
  const another = channel.publish("text");
  FakeSocket.latest.deliver({ action: "error", options, payload: { message: "Too fast", code: "too_fast" } });
  FakeSocket.latest.deliver(answer(sent().at(-1).options));
  assert.deepEqual(await another, { id: "0-7" });
});

test("it rejects at once where the join was refused, until the channel is joined anew", async (t) => {
  const { channel } = open(t);
  FakeSocket.latest.deliver({ action: "error", options, payload: { message: "Members only", code: "anonymous" } });
  await assert.rejects(channel.publish("text"), { message: "Members only", code: "anonymous" });
  interrupt(t);
  const published = channel.publish("text");
  FakeSocket.latest.deliver(ack());
  FakeSocket.latest.deliver(answer(sent()[0].options));
  assert.deepEqual(await published, { id: "0-7" });
});

test("it rejects when the channel is destroyed, and when JSON cannot say the payload", async (t) => {
  const { channel } = open(t);
  FakeSocket.latest.deliver(ack());
  await assert.rejects(channel.publish(1n), TypeError);
  const published = channel.publish("text");
  channel.destroy();
  await assert.rejects(published, { code: "destroyed" });
  await assert.rejects(channel.publish("text"), { code: "destroyed" });
});

test("members can be published to", async (t) => {
  const { channel } = open(t);
  FakeSocket.latest.deliver(ack());
  const presence = [{ socketId: "jill", extras: {}, permissions: { dbo_id: 0, row_id: 0 } }];
  FakeSocket.latest.deliver({ action: "presence_full", options, payload: { presence } });
  const published = channel.getPresence()[0].publish("for you");
  const [{ options: address }] = sent();
  assert.equal(address.socketId, "jill");
  FakeSocket.latest.deliver(answer(address, "ack", { id: null, dropped: false }));
  await published;
});

// How a client keeps its connection: it hears of networks and pages that come back, tells what it does, and gives a slow
// network no more than it takes.

import assert from "node:assert/strict";
import { test } from "node:test";

// What a page has, and Node has not. The client looks for both when the first one is made.
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.document = new EventTarget();
let now = 0;
performance.now = () => now;

const { client, FakeSocket, message, openChannel, replaceWebSocket, throwingWebSocket } = await import(
  "../support/node-page.js"
);

const ack = (ext) => ({ action: "join", options: { channel: "room" }, payload: { ext } });

/** A channel on an open socket, in a time that passes as the test says. */
function open(t, ext = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const opened = openChannel();
  opened.socket.deliver(ack(ext));
  t.after(() => opened.channel.destroy());
  const pass = (ms) => {
    // In steps, as a timer that another one sets counts from that moment.
    for (let passed = 0; passed < ms; passed += 500) {
      now += 500;
      t.mock.timers.tick(500);
    }
  };
  /** Time passes, and no timer runs: the page sleeps. */
  const sleep = (ms) => {
    now += ms;
  };
  const statuses = () => opened.actions.filter(({ action }) => action === "connection_status").map((of) => of.payload);
  return { ...opened, pass, sleep, statuses };
}

test("a disconnection says why, and which attempt comes when", (t) => {
  t.mock.method(Math, "random", () => 0.5);
  const { socket, statuses, pass } = open(t);
  socket.close = () => {};
  socket.drop(1012, "restarting");
  const first = { status: "disconnected", code: 1012, reason: "restarting", attempt: 1, retryInMs: 500 };
  assert.deepEqual(statuses().at(-1), first);
  pass(500);
  FakeSocket.latest.drop(1006);
  assert.deepEqual(statuses().at(-1), { ...first, code: 1006, reason: "", attempt: 2, retryInMs: 1_000 });
});

test("a disconnection for good names no further attempt", (t) => {
  const { socket, statuses } = open(t);
  socket.drop(1000);
  assert.deepEqual(statuses().at(-1), { status: "disconnected", code: 1000, reason: "" });
});

test("a token never stands in a status, whatever becomes of it", async () => {
  const told = [];
  const channel = client({ realtimeAuthToken: async () => "not a token" }).channel("room");
  channel.on((action) => told.push(action));
  await channel.joined.catch(() => {});
  assert.doesNotMatch(JSON.stringify(told), /not a token/);
  channel.destroy();
});

test("the network that comes back is used at once", (t) => {
  const { socket } = open(t);
  socket.drop(1006);
  page.dispatchEvent(new Event("online"));
  assert.notEqual(FakeSocket.latest, socket);
});

test("a page that is seen again connects at once where it waits, and one that is hidden does not", (t) => {
  const { socket } = open(t);
  socket.drop(1006);
  document.hidden = true;
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(FakeSocket.latest, socket);
  document.hidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  assert.notEqual(FakeSocket.latest, socket);
});

test("a hidden page, whose timers run once a minute, is not taken for one that slept", (t) => {
  const { socket, sleep, channel } = open(t);
  for (let minutes = 0; minutes < 5; minutes += 1) {
    sleep(60_000);
    t.mock.timers.tick(60_000);
  }
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(FakeSocket.latest, socket);
  channel.message("still here");
  assert.equal(socket.sentOf("message").length, 1);
});

test("a page that has slept asks whether the server is there, and replaces a dead socket", (t) => {
  const { socket, pass, sleep } = open(t, { ping: 1 });
  document.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(socket.sentOf("ping"), [], "it was not asleep");
  sleep(100_000);
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(socket.sentOf("ping").length, 1);
  pass(7_000);
  assert.notEqual(FakeSocket.latest, socket);
});

test("where pings are not answered, a page from the back-forward cache replaces its socket", (t) => {
  const { socket } = open(t);
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  assert.equal(FakeSocket.latest, socket);
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  assert.notEqual(FakeSocket.latest, socket);
  assert.ok(socket.readyState >= WebSocket.CLOSING);
});

test("a socket that dies behind a sleep is replaced at once", (t) => {
  t.mock.method(Math, "random", () => 0.999999);
  const { socket, pass } = open(t, { ping: 1 });
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  socket.drop(1006);
  pass(500);
  assert.notEqual(FakeSocket.latest, socket);
});

test("an own message without an answer is asked after sooner than silence", (t) => {
  const { channel, socket, pass } = open(t, { ping: 1 });
  pass(500);
  channel.message("is anybody there?");
  pass(5_000);
  assert.equal(socket.sentOf("ping").length, 1);
  pass(5_000);
  assert.ok(socket.readyState >= WebSocket.CLOSING, "given up 10 seconds after the message");
});

test("silence is asked after with pings, and their answers reach no handler", (t) => {
  const { socket, actions, pass } = open(t, { ping: 1 });
  const before = actions.length;
  socket.answer = ({ action }) => action === "ping" && socket.deliver({ action: "pong" });
  pass(60_000);
  assert.equal(socket.sentOf("ping").length, 4, "one after each 15 seconds");
  assert.equal(FakeSocket.latest, socket);
  assert.equal(actions.length, before);
});

test("silence is asked after where events bear the time since 1970, as in React Native", (t) => {
  const since1970 = () => 1_700_000_000_000 + now;
  t.mock.method(Date, "now", since1970);
  t.mock.method(FakeSocket, "now", since1970);
  const { socket, pass } = open(t, { ping: 1 });
  socket.answer = ({ action }) => action === "ping" && socket.deliver({ action: "pong" });
  pass(60_000);
  assert.equal(socket.sentOf("ping").length, 4, "one after each 15 seconds");
  assert.equal(FakeSocket.latest, socket);
});

test("an answer counts however the clock ticks", (t) => {
  const { socket, pass } = open(t, { ping: 1 });
  let ticks = 0;
  t.mock.method(performance, "now", () => now + ticks++);
  socket.answer = ({ action }) => action === "ping" && socket.deliver({ action: "pong" });
  pass(60_000);
  assert.ok(socket.sentOf("ping").length > 1);
  assert.equal(FakeSocket.latest, socket);
});

test("a page that was too busy to read the answer reads it before it gives the socket up", (t) => {
  const { socket, pass, sleep } = open(t, { ping: 1 });
  pass(15_000);
  assert.equal(socket.sentOf("ping").length, 1);
  sleep(6_000);
  pass(4_500);
  socket.deliver({ action: "pong" });
  pass(1_000);
  assert.equal(FakeSocket.latest, socket);

  pass(15_000);
  sleep(6_000);
  pass(7_000);
  assert.ok(socket.readyState >= WebSocket.CLOSING, "nothing was there to be read");
});

test("a connection that lasted for longer than half of the clock's range was a good one", (t) => {
  const { socket, pass, sleep, statuses } = open(t, { ping: 1 });
  socket.close = () => {};
  socket.drop(1006);
  pass(1_000);
  const next = FakeSocket.latest;
  next.open();
  next.deliver(ack({ ping: 1 }));
  next.answer = ({ action }) => action === "ping" && next.deliver({ action: "pong" });
  for (const days of [13, 13]) {
    sleep(days * 86_400_000);
    page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    pass(15_000);
  }
  assert.equal(FakeSocket.latest, next);
  next.drop(1006);
  assert.equal(statuses().at(-1).attempt, 1);
});

test("where the platform makes no socket a message waits for one that it makes later", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const restore = replaceWebSocket(t, throwingWebSocket(new Error("not here")));
  const channel = client().channel("room");
  t.after(() => channel.destroy());
  const told = channel.once("error");
  channel.message("waits");
  assert.equal((await told).payload.code, "no_socket");

  restore();
  t.mock.timers.tick(60_000);
  FakeSocket.latest.open();
  assert.deepEqual(
    FakeSocket.latest.sentOf("message").map(({ payload }) => payload),
    ["waits"],
  );
});

test("what a slow network does not take waits, in order, and goes out when it does", (t) => {
  const { channel, socket, pass } = open(t);
  channel.message(1);
  socket.bufferedAmount = 300_000;
  for (const number of [2, 3]) channel.message(number);
  pass(1_000);
  assert.deepEqual(
    socket.sentOf("message").map(({ payload }) => payload),
    [1],
  );
  socket.bufferedAmount = 0;
  pass(500);
  channel.message(4);
  assert.deepEqual(
    socket.sentOf("message").map(({ payload }) => payload),
    [1, 2, 3, 4],
  );
});

test("what waits for a slow network is sent on the next socket when it breaks", (t) => {
  const { channel, socket, pass } = open(t);
  socket.bufferedAmount = 300_000;
  channel.message("waits");
  socket.drop(1006);
  pass(1_000);
  FakeSocket.latest.open();
  assert.deepEqual(
    FakeSocket.latest.sent.map(({ action }) => action),
    ["join", "message"],
  );
  FakeSocket.latest.deliver(message("waits"));
});

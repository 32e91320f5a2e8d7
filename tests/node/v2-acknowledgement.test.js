// At-least-once delivery on Realtime V2: what is acknowledged, in which order, and what comes again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Log } from "../support/v2/log.js";
import { CHANNELS, tokenOf } from "../support/v2/rooms.js";
import { payloadsOf, recorded, v2Page } from "../support/v2-page.js";

const ORDERS = "orders/7";
const row = CHANNELS.find(({ name }) => name === "orders/{order_id}");
/** The same channel without a transcript, which would come before the replay. */
const channels = [{ ...row, conversation: { enabled: false, limit: 0 } }];
const options = { messageType: "send" };

/** A joined channel whose messages have ids, and a way to send to it from the workspace. */
async function orders(t, handler = () => {}, more = {}) {
  const page = v2Page(t, { channels: more.channels ?? channels });
  t.mock.method(console, "error", () => {});
  globalThis.reportError = () => {};
  t.after(() => delete globalThis.reportError);
  const client = page.client(more.config);
  const channel = client.channel(ORDERS, { ...options, ...more.options });
  const errors = [];
  channel.on("message", handler, () => {});
  channel.on("error", ({ payload }) => void errors.push(payload.code));
  await page.pass(100);
  return {
    page,
    channel,
    errors,
    async send(...payloads) {
      for (const data of payloads) page.service.publish({ address: "rtmain01", channel: ORDERS, data });
      await page.pass();
    },
    /** The connection breaks, and another one is joined. */
    async interrupt() {
      page.connection.drop(1006);
      await page.pass(2_000);
    },
    acknowledged: () => page.sentOf("ack").map(({ payload }) => payload.cursor),
  };
}

/** Handlers that finish when the test says so. */
function steps() {
  const open = new Map();
  const seen = [];
  const handler = ({ payload, replayed }) => {
    seen.push(replayed ? `${payload} again` : payload);
    return new Promise((resolve, reject) => open.set(payload, { resolve, reject }));
  };
  return {
    handler,
    seen,
    finish: (payload) => open.get(payload).resolve(),
    fail: (payload) => open.get(payload).reject(),
  };
}

test("an acknowledgement has the id in the three places, as in the golden file", async (t) => {
  const { page, send } = await orders(t, undefined, { config: { realtimeClientId: "a-client-of-jill" } });
  await send("one");
  const [{ action, id, options, payload }] = page.sentOf("ack");
  assert.match(id, /^\d+-\d+$/);
  assert.deepEqual(
    { action, id, options, payload },
    { action: "ack", id, options: { channel: ORDERS, client_id: "a-client-of-jill", id }, payload: { cursor: id } },
  );
});

test("acknowledgements go out in the order of the messages, each when its handlers have finished", async (t) => {
  const { handler, finish } = steps();
  const { page, send, acknowledged } = await orders(t, handler);
  await send("one", "two", "three");
  finish("two");
  await page.pass();
  assert.deepEqual(acknowledged(), []);
  finish("one");
  await page.pass();
  const [first, second] = acknowledged();
  assert.ok(first < second);
  assert.equal(acknowledged().length, 2);
});

test("every handler has to finish, and one that throws stops no other", async (t) => {
  const got = [];
  const { page, channel, send, acknowledged } = await orders(t, ({ payload }) => {
    got.push(payload);
    if (payload === "two") throw new Error("broken");
  });
  channel.on(({ action, payload }) => void (action === "message" && got.push(`also ${payload}`)));
  await send("one", "two", "three");
  await page.pass();
  assert.deepEqual(got, ["one", "also one", "two", "also two", "three", "also three"]);
  assert.equal(acknowledged().length, 1, "two has failed, three waits behind it");
});

test("a message without handlers is acknowledged", async (t) => {
  const { page, channel, send, acknowledged } = await orders(t);
  channel.off("message");
  await send("one");
  await page.pass();
  assert.equal(acknowledged().length, 1);
});

test("after a failure the next join replays: what has failed is handed out, what has succeeded is acknowledged", async (t) => {
  const { handler, seen, finish, fail } = steps();
  const { page, send, interrupt, acknowledged } = await orders(t, handler);
  await send("one", "two", "three");
  finish("one");
  fail("two");
  finish("three");
  await page.pass();
  assert.equal(acknowledged().length, 1);
  await interrupt();
  assert.deepEqual(seen, ["one", "two", "three", "two again"]);
  assert.deepEqual(acknowledged(), [], "three waits behind two");
  finish("two");
  await page.pass();
  assert.equal(acknowledged().length, 2);
  await interrupt();
  assert.deepEqual(seen.length, 4, "nothing comes again");
});

test("a message whose handlers fail three times is poisoned: told, and acknowledged", async (t) => {
  let calls = 0;
  const { page, errors, send, interrupt, acknowledged } = await orders(t, () => {
    calls += 1;
    throw new Error("broken");
  });
  await send("one");
  await interrupt();
  assert.deepEqual(errors, []);
  await interrupt();
  assert.deepEqual([calls, errors], [3, ["poisoned"]]);
  await page.pass();
  assert.equal(acknowledged().length, 1);
  await interrupt();
  assert.equal(calls, 3);
});

test("a handler that runs across a reconnect is not called again, and acknowledged on the new socket", async (t) => {
  const { handler, seen, finish } = steps();
  const { page, send, interrupt, acknowledged } = await orders(t, handler);
  await send("one");
  await interrupt();
  assert.deepEqual(seen, ["one"]);
  finish("one");
  await page.pass();
  assert.equal(acknowledged().length, 1);
});

test("thousands of messages behind one that is not finished are handed out once, and acknowledged behind it", async (t) => {
  const keepsAll = [{ ...row, conversation: { enabled: false, limit: 4_000 } }];
  const { handler, seen, finish } = steps();
  const first = (message) => message.payload === 0 && handler(message);
  const { channel, send, interrupt, acknowledged } = await orders(t, first, { channels: keepsAll });
  const handedOut = [];
  channel.on("message", ({ payload }) => void handedOut.push(payload));
  const all = Array.from({ length: 4_000 }, (_, number) => number);
  await send(...all.slice(0, 3_000));
  await interrupt();
  await send(...all.slice(3_000));
  assert.deepEqual(acknowledged(), []);
  finish(0);
  await send();
  assert.equal(acknowledged().length, all.length);
  await interrupt();
  assert.deepEqual([seen, handedOut], [[0], all]);
});

test("what comes twice on a socket is handed out and acknowledged once", async (t) => {
  const { handler, seen, finish } = steps();
  const { page, send, acknowledged } = await orders(t, handler);
  page.connection.duplicates = 2;
  await send("one", "two");
  finish("one");
  finish("two");
  await page.pass();
  assert.deepEqual(seen, ["one", "two"]);
  assert.equal(acknowledged().length, 2);
});

test("missed messages come as messages, marked, and on(replay) gets nothing", async (t) => {
  const { handler, seen } = steps();
  const { page, channel, send } = await orders(t, handler);
  channel.on("replay", () => void seen.push("replay"));
  page.connection.drop(1006);
  await send("missed");
  await page.pass(2_000);
  await send("live");
  assert.deepEqual(seen, ["missed again", "live"]);
});

test("a first join has the kept messages once, whether as transcript or as replay", async (t) => {
  const page = v2Page(t);
  const first = page.client({ realtimeClientId: "first" });
  first.channel(ORDERS, options).on(() => {});
  await page.pass(100);
  for (const data of [1, 2, 3, 4, 5, 6]) page.service.publish({ address: "rtmain01", channel: ORDERS, data });
  const actions = recorded(page.client({ realtimeClientId: "later" }).channel(ORDERS));
  await page.pass(100);
  assert.deepEqual(payloadsOf(actions, "message"), [2, 3, 4, 5, 6]);
  assert.equal(page.sentOf("ack").length, 5);
  page.connection.drop(1006);
  await page.pass(2_000);
  assert.equal(payloadsOf(actions, "message").length, 5, "neither comes again");
});

test("a transcript comes once, where its messages were acknowledged in an earlier page, too", async (t) => {
  const page = v2Page(t);
  const earlier = page.client();
  earlier.channel(ORDERS, options).on(() => {});
  await page.pass(100);
  for (const data of [1, 2, 3]) page.service.publish({ address: "rtmain01", channel: ORDERS, data });
  await page.pass();
  earlier.destroy();
  await page.pass();
  const actions = recorded(page.client().channel(ORDERS));
  await page.pass(100);
  page.connection.drop(1006);
  await page.pass(2_000);
  assert.deepEqual(payloadsOf(actions, "message"), [1, 2, 3]);
});

test("a channel object that takes the place of another gets what that one had not acknowledged, whatever is on its way", async (t) => {
  const { page, channel, send, acknowledged } = await orders(t, () => new Promise(() => {}));
  await send("one", "two");
  page.service.publish({ address: "rtmain01", channel: ORDERS, data: "three" });
  channel.destroy();
  const actions = recorded(page.client().channel(ORDERS));
  await page.pass(100);
  assert.deepEqual(payloadsOf(actions, "message"), ["one", "two", "three"]);
  assert.equal(acknowledged().length, 3);
});

test("with another token it is another reader, which gets what that one has not acknowledged", async (t) => {
  const page = v2Page(t, { channels });
  const send = (data) => page.service.publish({ address: "rtmain01", channel: ORDERS, data });
  const earlier = page.client();
  earlier.channel(ORDERS, options).on(() => {});
  await page.pass(100);
  for (const data of [1, 2]) send(data);
  await page.pass();
  earlier.destroy();
  await page.pass();
  const client = page.client();
  const actions = recorded(client.channel(ORDERS));
  await page.pass(100);
  send(3);
  await page.pass();
  assert.deepEqual(payloadsOf(actions, "message"), [3]);
  client.setRealtimeAuthToken(tokenOf(7));
  client.realtimeReconnect();
  await page.pass(2_000);
  assert.deepEqual(payloadsOf(actions, "message").slice(1), [1, 2, 3]);
  assert.equal(page.sentOf("ack").length, 3);
});

test("after a reconnect, a channel that delivers at most once is told that something may be missed, where it wishes to recover", async (t) => {
  const page = v2Page(t);
  const client = page.client();
  const told = ["rooms/42", ORDERS].map((name) => recorded(client.channel(name, { recover: true })));
  await page.pass(100);
  page.connection.drop(1006);
  await page.pass(2_000);
  const codes = told.map((actions) => payloadsOf(actions, "error").map(({ code }) => code));
  assert.deepEqual(codes, [["gap_possible"], []]);
});

test("a service that has forgotten what it had confirmed tells a gap, where the channel wishes to recover", async (t) => {
  const { page, errors, send, interrupt } = await orders(t, undefined, { options: { recover: true } });
  await interrupt();
  assert.deepEqual(errors, [], "nothing was confirmed before");
  await send("one");
  await page.pass();
  await interrupt();
  assert.deepEqual(errors, [], "the service knows the cursor");
  t.mock.method(Log.prototype, "cursorOf", () => "0");
  await interrupt();
  // The delays between connections that end soon grow.
  await page.pass(5_000);
  assert.deepEqual(errors, ["gap"]);
});

test("a message that overtakes another one on the way takes nothing from it", async (t) => {
  const { handler, seen, finish } = steps();
  const { page, send, interrupt, acknowledged } = await orders(t, handler);
  const { connection } = page;
  const frames = [];
  t.mock.method(connection, "send", (frame) => frames.push(frame));
  await send("one", "two");
  connection.send.mock.restore();
  for (const frame of frames.reverse()) connection.send(frame);
  await page.pass();
  assert.deepEqual(seen, ["two", "one"]);
  finish("two");
  finish("one");
  await page.pass();
  assert.equal(acknowledged().length, 2);
  await interrupt();
  assert.equal(seen.length, 2);
});

test("with manualAck the application acknowledges, and what it has not comes again", async (t) => {
  const seen = [];
  const handler = ({ payload, id }) => void seen.push([payload, id]);
  const { page, channel, send, interrupt, acknowledged } = await orders(t, handler, {
    options: { manualAck: true },
    config: { realtimeAuthToken: tokenOf(7) },
  });
  await send("one", "two");
  assert.deepEqual(acknowledged(), []);
  const [[, first]] = seen;
  channel.ack(first);
  await page.pass();
  assert.deepEqual(acknowledged(), [first]);
  await interrupt();
  const replayed = seen.slice(2).map(([payload]) => payload);
  assert.ok(replayed.includes("two"));
  assert.deepEqual(acknowledged(), []);
});

test("ack() before the join sends nothing, and on V1 never does", async (t) => {
  const page = v2Page(t);
  const channel = page.client().channel(ORDERS);
  channel.ack("1-0");
  channel.on(() => {});
  channel.ack("1-0");
  await page.pass(100);
  assert.deepEqual(page.sentOf("ack"), []);
});

test("ids of another form are handed out, and left to the application", async (t) => {
  const { handler, seen } = steps();
  const { page, acknowledged } = await orders(t, handler);
  for (const id of [5, null, "", "x", "1", "1-", "-1", "1-65536", "01-0", "1e3-0", "300000000000000-0", {}, [1]]) {
    page.connection.send({ action: "message", channel: ORDERS, id, payload: "one" });
  }
  await page.pass();
  assert.equal(seen.length, 13);
  assert.deepEqual(acknowledged(), []);
});

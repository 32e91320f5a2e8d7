// publish() on Realtime V2: receipts come in the order of the broadcasts, and name none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { payloadsOf, recorded, v2Page } from "../support/v2-page.js";

const ROOM = "rooms/42";

async function room(t, name = ROOM) {
  const page = v2Page(t);
  const channel = page.client().channel(name, { messageType: "send" });
  const actions = recorded(channel);
  await page.pass(100);
  return { page, channel, actions };
}

test("publish() resolves with the receipt of its own message, whatever else was sent", async (t) => {
  const { page, channel } = await room(t);
  channel.message("a message", { type: "others" });
  const first = channel.publish("first");
  channel.message("another", { type: "none" });
  const dropped = channel.publish("dropped", { type: "shrug" });
  const last = channel.publish("last", { type: "none" });
  await page.pass();
  assert.deepEqual(await first, { id: undefined, delivered: 1 });
  assert.deepEqual(await dropped, { dropped: true });
  assert.deepEqual(await last, { id: undefined, delivered: 0 });
});

test("a receipt has the id of a message that is kept", async (t) => {
  const { page, channel } = await room(t, "orders/7");
  const published = channel.publish("one");
  await page.pass();
  const { id, delivered } = await published;
  assert.match(id, /^\d+-\d+$/);
  assert.equal(delivered, 1);
});

test("an error on the channel answers the oldest broadcast", async (t) => {
  const { page, channel } = await room(t);
  channel.message("x", { type: "unknown" });
  const refused = channel.publish("x", { type: "unknown, too" });
  const taken = channel.publish("x");
  await page.pass();
  await assert.rejects(refused, /Unknown message type: unknown, too/);
  assert.deepEqual(await taken, { id: undefined, delivered: 1 });
});

test("what was published before the join goes out behind it, and rejects where the join is refused", async (t) => {
  const page = v2Page(t);
  const client = page.client();
  const [taken, refused] = [ROOM, "members"].map((name) => client.channel(name).publish("early", { type: "send" }));
  await page.pass(100);
  assert.deepEqual(await taken, { id: undefined, delivered: 1 });
  await assert.rejects(refused, /Sign in to join members/);
});

test("a cut before the receipt rejects as unconfirmed, and nothing is sent again", async (t) => {
  const { page, channel, actions } = await room(t);
  page.connection.isSilent = true;
  const cut = channel.publish("cut");
  await page.pass();
  page.connection.isSilent = false;
  page.connection.drop(1006);
  await page.pass(2_000);
  await assert.rejects(cut, { code: "unconfirmed" });
  assert.deepEqual(page.sentOf("broadcast"), []);
  const next = channel.publish("next");
  await page.pass();
  assert.deepEqual(await next, { id: undefined, delivered: 1 });
  assert.deepEqual(payloadsOf(actions, "message"), ["next"]);
});

test("a receipt of a channel object that was destroyed answers nothing of the one in its place", async (t) => {
  const { page, channel } = await room(t);
  channel.message("earlier", { type: "none" });
  channel.destroy();
  const next = page.client().channel(ROOM, { messageType: "send" });
  next.message("behind the join", { type: "shrug" });
  const published = next.publish("published");
  await page.pass();
  assert.deepEqual(await published, { id: undefined, delivered: 1 });
});

test("where the connection is closed for good, what was sent is unconfirmed, and what comes later is told why", async (t) => {
  const { page, channel } = await room(t);
  page.connection.isSilent = true;
  const sent = channel.publish("sent");
  await page.pass();
  page.connection.isSilent = false;
  page.connection.drop(1000);
  await page.pass(100);
  await assert.rejects(sent, { code: "unconfirmed" });
  await assert.rejects(channel.publish("later"), { code: "server_closed" });
});

test("a service that answers nothing for 15 s rejects as unconfirmed", async (t) => {
  const { page, channel } = await room(t);
  page.connection.isSilent = true;
  const late = channel.publish("late");
  await page.pass(15_100);
  await assert.rejects(late, { code: "unconfirmed" });
});

test("receipts, confirmations and marks of the transcript go to handlers of every action, and to those of their name", async (t) => {
  const { page, channel, actions } = await room(t, "orders/7");
  const named = [];
  for (const name of ["broadcast", "ack", "pong"]) channel.on(name, ({ action }) => void named.push(action));
  channel.message("one");
  await page.pass();
  assert.deepEqual(named, ["broadcast", "ack"]);
  const names = ["conversation_start", "conversation_end", "broadcast", "ack", "pong"];
  const got = actions.map(({ action }) => action).filter((name) => names.includes(name));
  assert.deepEqual(got, ["conversation_start", "conversation_end", "broadcast", "ack"]);
});

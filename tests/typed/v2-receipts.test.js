// publish() of Realtime V2 in Rust: receipts come in the order of the broadcasts, and name none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, typedV2Stage } from "../support/typed-v2.js";

const world = typedV2Stage();

test("publish() resolves with the receipt of its own message, whatever else was sent", async (t) => {
  const { page } = await arrive(t, world);
  const receipts = await page.evaluate(() => {
    room.message_as("others", "a message");
    const first = room.publish("first");
    room.message_as("none", "another");
    return Promise.all([first, room.publish_as("shrug", "dropped"), room.publish_as("none", "last")]);
  });
  assert.deepEqual(receipts, ["1", "0, dropped", "0"]);
});

test("a receipt has the id of a message that is kept", async (t) => {
  const { page } = await arrive(t, world, { room: "quiet" });
  assert.equal(await page.evaluate(() => room.publish("one")), "1, with an id");
});

test("an error on the channel answers the oldest broadcast", async (t) => {
  const { page } = await arrive(t, world);
  const [refused, taken] = await page.evaluate(() => {
    room.message_as("unknown", "x");
    const refused = room.publish_as("unknown, too", "x").catch(({ message }) => message);
    return Promise.all([refused, room.publish("x")]);
  });
  assert.match(refused, /Unknown message type: unknown, too/);
  assert.equal(taken, "1");
});

test("what was published before the join goes out behind it, and rejects where the join is refused", async (t) => {
  const { page } = await arrive(t, world);
  const [taken, refused] = await page.evaluate(() => {
    const [early, members] = ["rooms/7", "members"].map((name) => client.room(name, { messageType: "send" }));
    return Promise.all([early.publish("early"), members.publish("early").catch(({ message }) => message)]);
  });
  assert.equal(taken, "1");
  assert.match(refused, /Sign in to join members/);
});

test("a cut before the receipt rejects as unconfirmed, and nothing is sent again", async (t) => {
  const visitor = await arrive(t, world);
  visitor.connection.isSilent = true;
  await visitor.page.evaluate(() => {
    window.outcome = room.publish("cut").catch(({ code }) => code);
  });
  await visitor.interrupt();
  assert.equal(await visitor.page.evaluate(() => outcome), "unconfirmed");
  assert.deepEqual(visitor.broadcasts(), []);
  assert.equal(await visitor.page.evaluate(() => room.publish("next")), "1");
});

test("what moves to another connection without its receipt is unconfirmed, and not sent again", async (t) => {
  const visitor = await arrive(t, world);
  visitor.connection.isSilent = true;
  const outcome = await visitor.page.evaluate(async () => {
    // Another client keeps the shared socket and the channel.
    window.other = new Client(settings).room("rooms/42", {});
    const outcome = room.publish("cut").catch(({ code }) => code);
    client.set_token_provider(() => "");
    client.reconnect();
    await room.joined();
    return outcome;
  });
  assert.equal(outcome, "unconfirmed");
  await visitor.settled();
  visitor.connection = world.host.service.connections.at(-1);
  assert.deepEqual(visitor.broadcasts(), []);
});

test("receipts and confirmations are actions", async (t) => {
  const { page } = await arrive(t, world, { room: "orders/7" });
  const told = await page.evaluate(async () => {
    const actions = room.actions();
    room.publish("one");
    // What is taken out of the stream is finished, and acknowledged.
    return [await actions.next(), await actions.next(), await actions.next()];
  });
  assert.deepEqual(told, ["send: one", "receipt: 1, with an id", "acknowledged"]);
});

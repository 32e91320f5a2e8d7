// At-least-once delivery of Realtime V2 to Rust: what is dropped is acknowledged, in order, and what has failed comes again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, typedV2Stage } from "../support/typed-v2.js";
import { ADDRESS, tokenOf } from "../support/v2/rooms.js";

const world = typedV2Stage();
let readers = 0;

/** A page whose client is a new reader of the room: it has got what earlier tests have left there. */
async function reader(t, { options, more } = {}) {
  readers += 1;
  const visitor = await arrive(t, world, { room: "quiet", options, more: { clientId: `reader ${readers}`, ...more } });
  await visitor.settled();
  let before = visitor.acknowledged().length;
  return Object.assign(visitor, {
    /** The ids that were acknowledged since then, on the present socket. */
    news: () => visitor.acknowledged().slice(before),
    async interrupted(between) {
      await visitor.interrupt(between);
      before = 0;
    },
  });
}

/** The same with a stream of which every item is kept until it is told to finish. */
async function keeper(t, settings) {
  const visitor = await reader(t, settings);
  await visitor.page.evaluate(keep);
  return Object.assign(visitor, {
    seen: () => visitor.page.evaluate(() => seen),
    async finish(...texts) {
      await visitor.page.evaluate((texts) => texts.forEach((text) => kept.get(text).free()), texts);
      await visitor.settled();
    },
    fail: (text) => visitor.page.evaluate((text) => kept.get(text).fail(), text),
  });
}

/** Runs in the page: `seen` has the words of what came, and `kept` the newest item of each. */
function keep() {
  window.seen = [];
  window.kept = new Map();
  const messages = room.messages();
  (async () => {
    for (let item = await messages.next(); item; item = await messages.next()) {
      const words = item.words();
      seen.push(words);
      kept.set(words.replace(" again", ""), item);
    }
  })();
}

/** Runs in the page: the words of the next item of `messages`, which is finished with it. */
async function take() {
  const item = await messages.next();
  const words = item.words();
  item.free();
  return words;
}

test("acknowledgements go out in the order of the messages, each when its item is dropped", async (t) => {
  const jill = await keeper(t);
  await jill.publish("one", "two", "three");
  assert.deepEqual(await jill.seen(), ["one", "two", "three"]);
  await jill.finish("two");
  assert.deepEqual(jill.news(), []);
  await jill.finish("one");
  const [first, second] = jill.news();
  assert.ok(first < second);
  assert.equal(jill.news().length, 2);
});

test("an acknowledgement has the id in the three places, and the client's name", async (t) => {
  const jill = await keeper(t, { more: { clientId: "till 4" } });
  await jill.publish("one");
  await jill.finish("one");
  const { id, options, payload } = jill.connection.receivedOf("ack").at(-1);
  assert.deepEqual(options, { channel: "quiet", client_id: "till 4", id });
  assert.deepEqual(payload, { cursor: id });
});

test("every stream and every clone has to be finished with it", async (t) => {
  const jill = await keeper(t);
  await jill.page.evaluate(() => {
    window.others = room.messages();
  });
  await jill.publish("one");
  await jill.page.evaluate(async () => {
    window.copy = kept.get("one").clone();
    window.other = await others.next();
  });
  await jill.finish("one");
  await jill.page.evaluate(() => copy.free());
  await jill.settled();
  assert.deepEqual(jill.news(), []);
  await jill.page.evaluate(() => other.free());
  await jill.settled();
  assert.equal(jill.news().length, 1);
});

test("a message that a closure has returned from, and one that nothing hears, are acknowledged", async (t) => {
  const jill = await reader(t);
  await jill.publish("unheard");
  assert.equal(jill.news().length, 1);
  await jill.page.evaluate(() => {
    window.heard = [];
    window.subscription = room.on_message((words) => heard.push(words));
  });
  await jill.publish("heard");
  await jill.settled();
  assert.deepEqual(await jill.page.evaluate(() => heard), ["no type: heard"]);
  assert.equal(jill.news().length, 2);
});

test("after a failure the next join replays: what has failed is handed out, what has succeeded is acknowledged", async (t) => {
  const jill = await keeper(t);
  await jill.publish("one", "two", "three");
  await jill.fail("two");
  await jill.finish("one", "two", "three");
  assert.equal(jill.news().length, 1);
  await jill.interrupted();
  assert.deepEqual(await jill.seen(), ["one", "two", "three", "two again"]);
  assert.deepEqual(jill.news(), [], "three waits behind two");
  await jill.finish("two");
  assert.equal(jill.news().length, 2);
  await jill.interrupted();
  assert.equal((await jill.seen()).length, 4, "nothing comes again");
});

test("a message that fails three times is poisoned: told, and acknowledged", async (t) => {
  const jill = await keeper(t);
  await jill.publish("one");
  for (let time = 1; time <= 3; time++) {
    await jill.fail("one");
    await jill.finish("one");
    if (time < 3) await jill.interrupted();
  }
  assert.deepEqual(await jill.seen(), ["one", "one again", "one again", "poisoned"]);
  assert.equal(jill.news().length, 1);
  await jill.interrupted();
  assert.equal((await jill.seen()).length, 4);
});

test("an item that is kept across a reconnect is not handed out again, and acknowledged on the new socket", async (t) => {
  const jill = await keeper(t);
  await jill.publish("one");
  await jill.interrupted();
  assert.deepEqual(await jill.seen(), ["one"]);
  await jill.finish("one");
  assert.equal(jill.news().length, 1);
});

test("what comes twice on a socket is handed out and acknowledged once", async (t) => {
  const jill = await keeper(t);
  jill.connection.duplicates = 2;
  await jill.publish("one", "two");
  await jill.finish("one", "two");
  assert.deepEqual(await jill.seen(), ["one", "two"]);
  assert.equal(jill.news().length, 2);
});

test("what was missed comes behind the join, marked, and no interruption is told", async (t) => {
  const jill = await keeper(t);
  await jill.publish("live");
  await jill.finish("live");
  await jill.interrupted(() => world.host.service.publish({ address: ADDRESS, channel: "quiet", data: "missed" }));
  assert.deepEqual(await jill.seen(), ["live", "missed again"]);
});

test("a message that makes room in a full stream is told as missing, is not acknowledged, and comes again", async (t) => {
  const jill = await reader(t, { options: { capacity: 2 } });
  await jill.page.evaluate(() => {
    window.messages = room.messages();
  });
  await jill.publish("one", "two", "three");
  const next = () => jill.page.evaluate(take);
  assert.deepEqual([await next(), await next(), await next()], ["missing: 1", "two", "three"]);
  await jill.settled();
  assert.deepEqual(jill.news(), [], "two and three wait behind one");
  await jill.interrupted();
  assert.equal(await next(), "one again");
  await jill.settled();
  assert.equal(jill.news().length, 3);
});

test("what waits in a stream that is dropped is not acknowledged, and comes again to another one", async (t) => {
  const jill = await reader(t);
  await jill.page.evaluate(() => {
    window.messages = room.messages();
  });
  await jill.publish("one");
  await jill.page.evaluate(() => {
    messages.free();
    window.messages = room.messages();
  });
  await jill.settled();
  assert.deepEqual(jill.news(), []);
  await jill.interrupted();
  assert.equal(await jill.page.evaluate(take), "one again");
});

test("a message that does not fit is told, and acknowledged", async (t) => {
  const jill = await keeper(t);
  await jill.publish({ not: "a text" });
  assert.match((await jill.seen())[0], /^misfit at \./);
  assert.equal(jill.news().length, 1);
});

test("with manual_ack the application acknowledges, and what it has not comes again", async (t) => {
  const jill = await keeper(t, { options: { manualAck: true }, more: { token: tokenOf(7) } });
  const earlier = (await jill.seen()).length;
  await jill.publish("one", "two");
  const first = await jill.page.evaluate(() => kept.get("one").id());
  await jill.finish("one", "two");
  assert.deepEqual(jill.news(), []);
  await jill.page.evaluate((id) => room.ack(id), first);
  await jill.settled();
  assert.deepEqual(jill.news(), [first]);
  await jill.interrupted();
  assert.deepEqual((await jill.seen()).slice(earlier), ["one", "two", "two again"]);
  assert.deepEqual(jill.news(), []);
});

test("a service that has forgotten what it confirmed is told as a gap, and what was handled does not come again", async (t) => {
  for (const [recover, words] of [
    [true, "gap"],
    [false, "interrupted"],
  ]) {
    const jill = await keeper(t, { options: { recover } });
    await jill.publish("one");
    await jill.finish("one");
    await jill.settled();
    const { log } = world.host.service.channelFor(jill.connection, "quiet");
    log.cursorOf = () => "0";
    await jill.interrupted(() => world.host.service.publish({ address: ADDRESS, channel: "quiet", data: "missed" }));
    delete log.cursorOf;
    assert.deepEqual(await jill.seen(), ["one", words, "missed again"]);
  }
});

test("an id may be any text", async (t) => {
  const jill = await keeper(t);
  for (const id of ["x", "-1"]) jill.connection.send({ action: "message", channel: "quiet", id, payload: id });
  await jill.settled();
  await jill.finish("x", "-1");
  assert.deepEqual(jill.news(), ["x", "-1"]);
});

test("what is no text is no id: it is handed out, and not acknowledged", async (t) => {
  const jill = await keeper(t);
  const ids = [5, null, "", {}, [1], true];
  for (const id of ids) jill.connection.send({ action: "message", channel: "quiet", id, payload: "one" });
  await jill.settled();
  assert.equal((await jill.seen()).length, ids.length);
  assert.deepEqual(jill.news(), []);
});

test("a first join has the kept messages once, whether as transcript or as replay", async (t) => {
  for (const data of [1, 2, 3]) world.host.service.publish({ address: ADDRESS, channel: "orders/9", data: `${data}` });
  const visitor = await arrive(t, world, { more: { clientId: "later" } });
  const heard = await visitor.page.evaluate(async () => {
    window.room = client.room("orders/9", {});
    const actions = room.actions();
    await room.joined();
    await marks.publish("settled");
    return actions.take_all();
  });
  const kept = ["1", "2", "3"].map((text) => `no type: ${text} kept`);
  assert.deepEqual(heard, ["joined", "transcript of 3", ...kept, "end of transcript"]);
  await visitor.settled();
  assert.equal(visitor.acknowledged().length, 3);
});

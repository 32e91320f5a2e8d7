// Whatever is dropped is gone: nothing has to be cleaned up, and nothing is left behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { typedStage } from "../support/typed-page.js";

const world = typedStage({ settings: settings(room("avengers"), room("x-men")) });

test("dropping the last handle of a channel leaves it, and ends its streams", async (t) => {
  const page = await world.page(t);

  const outcome = await page.evaluate(async () => {
    const client = new Client(settings);
    const kept = client.join("x-men");
    const channel = client.join("avengers");
    const messages = channel.messages();
    const [same, other] = [channel.clone(), client.join("avengers")];
    await channel.actions().next();
    channel.free();
    same.free();
    const before = ledger.said();
    other.free();
    const end = await messages.next();
    return { before, after: ledger.said().slice(before.length), end, sockets: ledger.sockets.size, kept: !!kept };
  });

  assert.deepEqual(outcome.before, ["join", "join"]);
  assert.deepEqual(outcome.after, ["leave"]);
  assert.deepEqual([outcome.end, outcome.sockets], [undefined, 1]);
});

test("dropping the client closes the socket and ends every stream, though channels are held", async (t) => {
  const page = await world.page(t);

  const outcome = await page.evaluate(async () => {
    const empty = ledger.count();
    const client = new Client(settings);
    const another = client.clone();
    const channel = client.join("avengers", true);
    const [messages, changes, statuses] = [channel.messages(), channel.presence_changes(), client.status()];
    await channel.actions().next();
    client.free();
    const whileCloned = ledger.sockets.size;
    const history = channel.history().then(
      () => "answered",
      (error) => error.message,
    );
    another.free();
    const closed = ledger.latest.readyState;
    const ends = [messages.take_all(), await messages.next(), changes.take_all(), await changes.next()];
    while ((await statuses.next()) !== undefined);
    let fault;
    try {
      channel.say("Jill", "anybody?");
    } catch (error) {
      fault = error.message;
    }
    const asked = await history;
    channel.free();
    return { empty, whileCloned, closed, ends, fault, asked, left: ledger.count() };
  });

  assert.equal(outcome.whileCloned, 1);
  assert.equal(outcome.closed, 2, "closing");
  assert.deepEqual([outcome.ends[1], outcome.ends[3]], [undefined, undefined]);
  assert.match(outcome.fault, /the client was dropped: keep a clone/);
  assert.match(outcome.asked, /the channel was left meanwhile/);
  assert.deepEqual(outcome.left, outcome.empty);
});

test("a hundred clients that come and go leave no socket, no listener, no timer, and no memory", async (t) => {
  const page = await world.page(t);

  const { empty, busy, left, grown } = await page.evaluate(async () => {
    const empty = ledger.count();
    let busy;
    const come_and_go = async () => {
      const client = new Client(settings);
      const channel = client.join("avengers", true, true);
      const feeds = [channel.messages(), channel.actions(), channel.events(), channel.presence_changes()];
      feeds.push(client.status());
      channel.say("Jill", "in passing");
      await feeds[1].next();
      busy = ledger.count();
      for (const feed of feeds) feed.free();
      channel.free();
      client.free();
    };
    // The first ones fill what is kept and used again.
    for (let i = 0; i < 20; i++) await come_and_go();
    const pages = await memory();
    for (let i = 0; i < 80; i++) await come_and_go();
    return { empty, busy, left: ledger.count(), grown: (await memory()) - pages };

    async function memory() {
      const { default: init } = await import("/typed/typed_page.js");
      return (await init()).memory.buffer.byteLength;
    }
  });

  assert.equal(busy.sockets, 1);
  assert.ok(busy.listeners > empty.listeners && busy.timers > 0, "the ledger sees what there is");
  assert.deepEqual(left, empty);
  assert.equal(grown, 0);
});

test("streams that are dropped leave nothing on their channel, and the others go on", async (t) => {
  const page = await world.page(t);

  const { heard, grown } = await page.evaluate(async () => {
    const { default: init } = await import("/typed/typed_page.js");
    const { memory } = await init();
    const channel = new Client(settings).join("avengers", true);
    const kept = channel.messages();
    await channel.actions().next();
    const come_and_go = () => {
      for (const feed of [channel.messages(), channel.events(), channel.presence_changes()]) feed.free();
    };
    for (let i = 0; i < 100; i++) come_and_go();
    const before = memory.buffer.byteLength;
    for (let i = 0; i < 10_000; i++) come_and_go();
    channel.say("Jill", "still on");
    return { heard: await kept.next(), grown: memory.buffer.byteLength - before };
  });

  assert.equal(heard, "Jill: still on [7]");
  assert.equal(grown, 0);
});

const SLOW = [
  ["the oldest make room, and their number stands in their place", "oldest", ["missing: 3", "4", "5"]],
  ["the newest are left out, and their number stands where they would", "newest", ["1", "2", "missing: 3", "6"]],
  ["the stream ends, and says that something is missing", "end", ["1", "2", "missing: 1", undefined]],
];

for (const [what, whenFull, expected] of SLOW) {
  test(`when an application is too slow: ${what}`, async (t) => {
    const page = await world.page(t);

    const heard = await page.evaluate(
      async ([whenFull, length]) => {
        const slow = new Client({ ...settings, capacity: 2, whenFull }).join("avengers");
        const messages = slow.messages();
        const quick = new Client(settings).join("avengers");
        const echo = quick.messages();
        await slow.actions().next();
        const say = async (text) => {
          quick.say("Jill", text);
          await echo.next();
        };
        for (const text of ["1", "2", "3", "4", "5"]) await say(text);
        await settled(slow);
        const heard = [await messages.next(), await messages.next(), await messages.next()];
        if (length > 3 && whenFull === "newest") await say("6");
        if (length > 3) heard.push(await messages.next());
        return heard;

        /** Frames of one socket come in order: behind its answer, everything else has come. */
        function settled(channel) {
          return channel.history();
        }
      },
      [whenFull, expected.length],
    );

    const words = heard.map((item) => item && (/^Jill: (\d)/.exec(item)?.[1] ?? item));
    assert.deepEqual(words, expected);
  });
}

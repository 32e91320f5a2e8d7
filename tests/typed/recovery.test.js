// What is said while there is no connection: recovered, or told as missing.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocketServer } from "ws";
import { startProxy } from "../support/proxy.js";
import { room, settings } from "../support/settings.js";
import { signToken } from "../support/token.js";
import { typedStage } from "../support/typed-page.js";

const KEPT = 25;
const SECRET = "a secret for these tests";
const world = typedStage({
  settings: settings(room("avengers", { history: 100 }), room("short", { history: KEPT })),
  secret: SECRET,
});

/** A page whose client `jill` connects by way of a proxy, and whose `jack` does not. */
async function pageBehindProxy(t, name, { recover = true } = {}) {
  const [page, proxy] = [await world.page(t), await startProxy(world.server.port)];
  t.after(() => proxy.close());
  await page.evaluate(
    async ([port, name, recover]) => {
      window.jill = new Client({ ...settings, baseUrl: `http://127.0.0.1:${port}/api:demo` });
      window.statuses = jill.status();
      window.hers = jill.join(name, false, false, recover);
      window.messages = hers.messages();
      window.his = new Client(settings).join(name);
      window.echoes = his.messages();
      await hers.joined();
      await his.joined();
      window.say = async (text) => {
        his.say("Jack", text);
        await echoes.next();
      };
      window.until = async (wanted) => {
        while (!(await statuses.next()).startsWith(wanted));
      };
      await say("before");
      await messages.next();
    },
    [proxy.port, name, recover],
  );
  return { page, proxy };
}

/** Breaks the connection, has `texts` said, lets it mend, and resolves with so many items of her messages. */
async function missing({ page, proxy }, texts, items) {
  proxy.shut();
  await page.evaluate(async (texts) => {
    await until("disconnected");
    for (const text of texts) await say(text);
  }, texts);
  proxy.open();
  return page.evaluate(async (items) => {
    const heard = [];
    for (let item = 0; item < items; item += 1) heard.push(await messages.next());
    await until("connected");
    await hers.joined();
    await say("after");
    return [...heard, await messages.next()];
  }, items);
}

const said = (text, mark = "") => `Jack${mark}: ${text} [7]`;

test("what was missed comes in the same stream, marked, and nothing comes twice", async (t) => {
  const world = await pageBehindProxy(t, "avengers");

  const heard = await missing(world, ["one", "two"], 2);
  const again = await missing(world, ["three"], 1);

  assert.deepEqual(heard, [said("one", " (replayed)"), said("two", " (replayed)"), said("after")]);
  assert.deepEqual(again, [said("three", " (replayed)"), said("after")]);
});

test("an interruption in which nothing was said is none for a stream that recovers", async (t) => {
  const world = await pageBehindProxy(t, "avengers");
  assert.deepEqual(await missing(world, [], 0), [said("after")]);
});

test("where the history is too short, the gap is told before what is left", async (t) => {
  const world = await pageBehindProxy(t, "short");

  const texts = Array.from({ length: KEPT + 2 }, (_, number) => `number ${number}`);
  const heard = await missing(world, texts, 1 + KEPT);

  const left = texts.slice(-KEPT).map((text) => said(text, " (replayed)"));
  assert.deepEqual(heard, ["gap", ...left, said("after")]);
});

test("a channel that does not recover says that it was interrupted", async (t) => {
  const world = await pageBehindProxy(t, "avengers", { recover: false });
  assert.deepEqual(await missing(world, ["one"], 1), ["interrupted", said("after")]);
});

test("a server that was killed has forgotten what it was: a gap", async (t) => {
  const page = await world.page(t);
  await page.evaluate(async () => {
    window.channel = new Client(settings).join("avengers", false, false, true);
    window.messages = channel.messages();
    await channel.joined();
  });

  await world.server.kill();
  await world.server.start();

  assert.equal(await page.evaluate(() => messages.next()), "gap");
});

test("a server that keeps no count may have lost something after each reconnect", async (t) => {
  const page = await world.page(t);
  const plain = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(plain, "listening");
  t.after(() => plain.close());
  plain.on("connection", (socket) => {
    socket.on("message", (text) => {
      const { action, options } = JSON.parse(text);
      if (action === "join") socket.send(JSON.stringify({ action, options }));
    });
  });

  const heard = await page.evaluate(async (port) => {
    const client = new Client({ ...settings, baseUrl: `http://127.0.0.1:${port}` });
    const channel = client.join("avengers", false, false, true);
    const actions = channel.actions();
    const heard = [await actions.next()];
    for (let times = 0; times < 2; times += 1) {
      client.reconnect();
      heard.push(await actions.next(), await actions.next());
    }
    return heard;
  }, plain.address().port);

  assert.deepEqual(heard.slice(0, 1), ["joined"]);
  assert.deepEqual(heard.slice(1).sort(), ["gap possible", "gap possible", "joined", "joined"]);
});

test("a client that moves to a socket of its own recovers what was said on the way", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(
    async (token) => {
      const [jill, jack] = [new Client(settings), new Client(settings)];
      const [hers, his] = [jill.join("avengers", false, false, true), jack.join("avengers")];
      const [messages, echoes] = [hers.messages(), his.messages()];
      await hers.joined();
      his.say("Jack", "before");
      await echoes.next();
      jill.set_token(token);
      jill.reconnect();
      // Her new socket is on its way.
      his.say("Jack", "on the way");
      await echoes.next();
      await hers.joined();
      his.say("Jack", "after");
      return [await messages.next(), await messages.next(), await messages.next()];
    },
    signToken(SECRET, { dbo_id: 5, id: 7, exp: 4_000_000_000 }),
  );

  assert.deepEqual(heard, [said("before"), said("on the way", " (replayed)"), said("after")]);
});

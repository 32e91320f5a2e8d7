// Published messages: taken once, however often they have to be sent, and answered in any case.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { signToken } from "../support/token.js";
import { typedStage } from "../support/typed-page.js";

const SECRET = "a secret for these tests";
const world = typedStage({ settings: settings(room("avengers", { history: 100 })), secret: SECRET });

/** A page with a channel of a client `jill`, and the messages of another client, which nothing disturbs. */
async function stage(t) {
  const page = await world.page(t);
  await page.evaluate(async () => {
    window.jill = new Client(settings);
    window.hers = jill.join("avengers");
    window.own = hers.messages();
    window.witness = new Client({ ...settings, ownSocket: true }).join("avengers");
    window.heard = witness.messages();
    await hers.joined();
    await witness.joined();
    window.code = (promise) =>
      promise.then(
        () => "taken",
        (error) => error.code,
      );
    /** Everything that the witness has heard, the last of which is `last`. */
    window.until = async (last) => {
      const all = [];
      do all.push(await heard.next());
      while (!all.at(-1).includes(last));
      return all;
    };
    /** The frames of messages that went out, as text and whether they had a key. */
    window.sent = () =>
      ledger.sent
        .map((text) => JSON.parse(text))
        .filter(({ action }) => action === "message")
        .map(({ options, payload }) => [payload.text, Boolean(options.key)]);
    /** The socket that was opened first is hers. */
    window.herSocket = [...ledger.sockets][0];
    /** Her client loses its connection, and the network tells nobody else. */
    window.lose = () => herSocket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
  });
  return page;
}

test("a message that is published resolves with its name, and is heard once", async (t) => {
  const page = await stage(t);

  const outcome = await page.evaluate(async () => {
    const id = await hers.publish("Jill", "one");
    return { id, heard: await heard.next(), own: await own.next(), sent: sent() };
  });

  assert.match(outcome.id, /^\d+-\d+$/);
  assert.deepEqual([outcome.heard, outcome.own], ["Jill: one [0]", "Jill: one [0]"]);
  assert.deepEqual(outcome.sent, [["one", true]]);
});

test("where the frame was lost, it is sent again; where the answer was lost, too, and is said once", async (t) => {
  const page = await stage(t);

  const outcome = await page.evaluate(async () => {
    const { send } = herSocket;
    herSocket.send = () => {}; // the network takes the first, and loses it
    const lost = hers.publish("Jill", "the frame is lost");
    herSocket.send = send;
    const answerless = hers.publish("Jill", "the answer is lost");
    lose();
    const ids = [await lost, await answerless];
    await hers.publish("Jill", "the last");
    return {
      ids,
      heard: await until("the last"),
      times: sent().filter(([text]) => text === "the answer is lost").length,
    };
  });

  assert.equal(outcome.times, 2);
  assert.equal(new Set(outcome.ids).size, 2);
  assert.deepEqual(outcome.heard.toSorted(), [
    "Jill: the answer is lost [0]",
    "Jill: the frame is lost [0]",
    "Jill: the last [0]",
  ]);
});

test("what is published while the network takes nothing goes out in its place between the messages", async (t) => {
  const page = await stage(t);

  const said = await page.evaluate(async () => {
    Object.defineProperty(herSocket, "bufferedAmount", { value: 1_000_000, configurable: true });
    hers.say("Jill", "one");
    const published = hers.publish("Jill", "two");
    hers.say("Jill", "three");
    const before = sent().length;
    delete herSocket.bufferedAmount;
    await published;
    return { before, heard: await until("three") };
  });

  assert.equal(said.before, 0);
  assert.deepEqual(said.heard, ["Jill: one [7]", "Jill: two [0]", "Jill: three [7]"]);
});

test("a server that was killed cannot know: unconfirmed, and the message is not sent again", async (t) => {
  const page = await stage(t);
  await page.evaluate(() => {
    herSocket.send = () => {};
    window.outcome = code(hers.publish("Jill", "before the crash"));
  });

  await world.server.kill();
  await world.server.start();

  assert.equal(await page.evaluate(() => outcome), "unconfirmed");
  assert.deepEqual(await page.evaluate(() => sent().filter(([text]) => text === "before the crash").length), 0);
});

test("a channel that the server refuses tells what was published on it, in the server's words", async (t) => {
  const page = await world.page(t);

  const codes = await page.evaluate(async () => {
    const channel = new Client(settings).join("nowhere");
    const code = (promise) =>
      promise.then(
        () => "taken",
        (error) => error.code,
      );
    return [await code(channel.publish("Jill", "anybody?")), await code(channel.publish("Jill", "still nobody?"))];
  });

  assert.deepEqual(codes, ["no_settings", "no_settings"]);
});

test("a channel that is left, and a client that is dropped, tell what was published that nothing is known", async (t) => {
  const page = await stage(t);

  const codes = await page.evaluate(async () => {
    herSocket.send = () => {};
    const another = new Client(settings);
    const shared = another.join("avengers");
    const outcomes = [code(shared.publish("Jack", "lost")), code(hers.publish("Jill", "lost"))];
    // The channel goes on for the other client.
    shared.free();
    jill.free();
    outcomes.push(code(hers.publish("Jill", "too late")));
    return Promise.all(outcomes);
  });

  assert.deepEqual(codes, ["Closed", "Closed", "Closed"]);
});

test("more than may wait is refused", async (t) => {
  const page = await world.page(t);

  const codes = await page.evaluate(async () => {
    const channel = new Client({ ...settings, baseUrl: "http://127.0.0.1:1" }).join("avengers");
    const outcomes = Array.from({ length: 1_001 }, (_, number) => channel.publish("Jill", `${number}`));
    const code = await outcomes.at(-1).catch((error) => error.code);
    for (const outcome of outcomes) outcome.catch(() => {});
    return code;
  });

  assert.equal(codes, "queue_full");
});

test("a client that moves to a socket of its own is answered there, once", async (t) => {
  const page = await stage(t);

  const heard = await page.evaluate(
    async (token) => {
      // Another client keeps the shared socket and the channel.
      const other = new Client(settings).join("avengers");
      await other.joined();
      const answerless = hers.publish("Jill", "sent already");
      jill.set_token(token);
      jill.reconnect();
      const afterwards = hers.publish("Jill", "said on the way");
      await answerless;
      await afterwards;
      await hers.publish("Jill", "the last");
      return until("the last");
    },
    signToken(SECRET, { dbo_id: 5, id: 7, exp: 4_000_000_000 }),
  );

  assert.deepEqual(heard, ["Jill: sent already [0]", "Jill: said on the way [0]", "Jill: the last [0]"]);
});

test("a channel that recovers is handed its own message once, and its answer", async (t) => {
  const page = await world.page(t);

  const outcome = await page.evaluate(async () => {
    const channel = new Client(settings).join("avengers", false, false, true);
    const messages = channel.messages();
    await channel.joined();
    const [socket] = ledger.sockets;
    const id = channel.publish("Jill", "the answer is lost");
    socket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
    await id;
    await channel.publish("Jill", "the last");
    const heard = [];
    do heard.push(await messages.next());
    while (!heard.at(-1).includes("the last"));
    return heard;
  });

  assert.equal(outcome.length, 2);
  assert.match(outcome[0], /^Jill( \(replayed\))?: the answer is lost \[0\]$/);
  assert.equal(outcome[1], "Jill: the last [0]");
});

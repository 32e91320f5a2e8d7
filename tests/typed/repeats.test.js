// Frames that come late or on a socket that is being replaced. The sockets have no network: the test plays the server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { typedStage } from "../support/typed-page.js";

const FAKE_SOCKET = fileURLToPath(new URL("../support/fake-socket.js", import.meta.url));
const world = typedStage({});

async function pageWithFakeSockets(t) {
  const page = await world.page(t);
  await page.addScriptTag({ path: FAKE_SOCKET });
  await page.evaluate(() => {
    Math.random = () => 0; // no delay before an attempt
    const options = { channel: "avengers" };
    window.entry = (id, key) => ({
      action: "message",
      options: { ...options, id, key },
      payload: { name: "Jill", text: id },
    });
    window.missed = (...entries) => ({ action: "history", options, payload: { history: entries, complete: true } });
    window.since = (socket) => socket.sentOf("join")[0].payload.since;
    /** The latest socket opens, and its join is acknowledged where the server stands at that entry. */
    window.join = (id) => {
      const socket = FakeSocket.latest;
      socket.open();
      socket.deliver({ action: "join", options, payload: { ext: { publish: 1, recover: { epoch: "e", id } } } });
      return socket;
    };
    window.until = async (condition) => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve));
    };
    /** Resolves with the socket that takes the place of this one. */
    window.next = async (socket) => {
      await until(() => FakeSocket.latest !== socket);
      return FakeSocket.latest;
    };
    window.take = async (stream, count) => {
      const taken = [];
      while (taken.length < count) taken.push(await stream.next());
      return taken;
    };
  });
  return page;
}

test("the late echo of a message that was sent again comes to its publisher, and does not move the position back", async (t) => {
  const page = await pageWithFakeSockets(t);

  const outcome = await page.evaluate(async () => {
    const [jill, jack] = ["", "magneto"].map((token) => new Client({ ...settings, token }));
    const hers = jill.join("avengers", false, false, true);
    const own = hers.messages();
    join("0-1");
    const published = hers.publish("Jill", "text");
    const his = jack.join("avengers", false, false, true);
    const others = his.messages();
    const beside = join("0-2");
    beside.deliver(entry("0-3"));
    jill.set_token("magneto");
    jill.reconnect();
    await until(() => beside.sentOf("message").length > 0);
    const [{ options }] = beside.sentOf("message");
    beside.deliver(entry("0-2", options.key));
    const id = await published;
    beside.drop(1006);
    await next(beside);
    const last = join("0-4");
    const position = since(last);
    last.deliver(missed(entry("0-4")));
    return { id, position, own: await take(own, 3), others: await take(others, 2) };
  });

  assert.equal(outcome.id, "0-2");
  assert.deepEqual(outcome.own, ["gap possible", "Jill: 0-2 [0]", "Jill (replayed): 0-4 [0]"]);
  assert.deepEqual(outcome.others, ["Jill: 0-3 [0]", "Jill (replayed): 0-4 [0]"]);
  assert.deepEqual(outcome.position, { epoch: "e", id: "0-3" });
});

test("a channel that moves to where others are behind is not handed what was said before it came", async (t) => {
  const page = await pageWithFakeSockets(t);

  const outcome = await page.evaluate(async () => {
    const [jill, jack] = ["", "magneto"].map((token) => new Client({ ...settings, token }));
    const his = jack.join("avengers", false, false, true);
    const behind = his.messages();
    const before = join("0-1");
    const hers = jill.join("avengers", false, false, true);
    const ahead = hers.messages();
    join("0-3").deliver(entry("0-4"));
    before.drop(1006);
    jill.set_token("magneto");
    jill.reconnect();
    const own = await take(ahead, 2);
    const socket = join("0-4");
    socket.deliver(missed(entry("0-2"), entry("0-3"), entry("0-4")));
    socket.deliver(entry("0-5"));
    return { own: [...own, await ahead.next()], others: await take(behind, 4), since: since(socket) };
  });

  assert.deepEqual(outcome.since, { epoch: "e", id: "0-1" });
  assert.deepEqual(outcome.own, ["Jill: 0-4 [0]", "gap possible", "Jill: 0-5 [0]"]);
  assert.deepEqual(outcome.others, [
    ...["0-2", "0-3", "0-4"].map((id) => `Jill (replayed): ${id} [0]`),
    "Jill: 0-5 [0]",
  ]);
});

test("what comes on a socket that is replaced before it has joined comes again over the next one, and once", async (t) => {
  const page = await pageWithFakeSockets(t);

  const outcome = await page.evaluate(async () => {
    const jill = new Client(settings);
    const messages = jill.join("avengers", false, false, true).messages();
    const first = join("0-5");
    first.drop(1006);
    const replaced = await next(first);
    replaced.open();
    jill.reconnect();
    replaced.deliver(entry("0-7"));
    const last = await next(replaced);
    join("0-7").deliver(missed(entry("0-6"), entry("0-7")));
    return { since: since(last), heard: await take(messages, 2) };
  });

  assert.deepEqual(outcome.since, { epoch: "e", id: "0-5" });
  assert.deepEqual(outcome.heard, ["Jill (replayed): 0-6 [0]", "Jill (replayed): 0-7 [0]"]);
});

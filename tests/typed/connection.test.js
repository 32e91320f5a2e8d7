// How the connection stands, and who is there, as the streams of the typed API tell it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { signToken } from "../support/token.js";
import { typedStage } from "../support/typed-page.js";

const SECRET = "a secret for these tests";
const world = typedStage({
  settings: settings(room("avengers"), room("members", { anonymous_clients: false })),
  secret: SECRET,
});
const token = () => signToken(SECRET, { dbo_id: 5, id: 7, exp: 4_000_000_000 });

test("presence follows who comes and who goes", async (t) => {
  const page = await world.page(t);

  const counts = await page.evaluate(async () => {
    const changes = new Client(settings).join("avengers", true).presence_changes();
    const counts = [await changes.next(), await changes.next()];
    const jack = new Client({ ...settings, ownSocket: true });
    const his = jack.join("avengers");
    counts.push(await changes.next());
    his.free();
    counts.push(await changes.next());
    return counts;
  });

  assert.deepEqual(counts, ["0", "1", "2", "1"]);
});

test("a connection that breaks is seen in the status, and mends; what is said meanwhile is sent", async (t) => {
  const page = await world.page(t);
  await page.evaluate(async () => {
    window.client = new Client(settings);
    window.statuses = client.status();
    window.before = [await statuses.next()];
    window.channel = client.join("avengers", true, true);
    window.messages = channel.messages();
    before.push(await statuses.next(), await statuses.next());
    await channel.actions().next();
  });

  await world.server.kill();
  const broken = await page.evaluate(async () => {
    const broken = await statuses.next();
    channel.say("Jill", "into the dark");
    return broken;
  });
  await world.server.start();
  const mended = await page.evaluate(async () => {
    const after = [];
    while (after.at(-1) !== "connected") after.push(await statuses.next());
    return { last: after.at(-1), heard: [await messages.next(), await messages.next()], before };
  });

  assert.deepEqual(mended.before, ["idle", "connecting", "connected"]);
  assert.equal(broken, "disconnected: 1006, again");
  assert.equal(mended.last, "connected");
  assert.deepEqual(mended.heard, ["interrupted", "Jill: into the dark [7]"]);
});

test("a history that is asked for is answered over the next connection, where this one breaks", async (t) => {
  const page = await world.page(t);

  const kept = await page.evaluate(async () => {
    const client = new Client(settings);
    const channel = client.join("avengers");
    await channel.actions().next();
    // The network takes the question, and loses it.
    ledger.latest.send = () => {};
    const answer = channel.history();
    client.reconnect();
    return Array.isArray(await answer);
  });

  assert.equal(kept, true);
});

test("a reconnect that was asked for takes the token of now", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async (token) => {
    const client = new Client(settings);
    const actions = client.join("members").actions();
    const heard = [await actions.next()];
    client.set_token(token);
    client.reconnect();
    return [...heard, await actions.next()];
  }, token());

  assert.deepEqual(heard, ["refused: anonymous", "joined"]);
});

test("an async closure gives the token of each connection, and its failure is an attempt that failed", async (t) => {
  const page = await world.page(t);

  const told = await page.evaluate(async (token) => {
    const client = new Client(settings);
    let asked = 0;
    client.set_token_provider(async () => {
      asked += 1;
      if (asked === 1) throw "the login is away";
      return token;
    });
    const statuses = client.status();
    const channel = client.join("members");
    const told = [];
    while (told.at(-1) !== "connected") told.push(await statuses.next());
    return { told, asked, joined: await channel.actions().next() };
  }, token());

  assert.deepEqual(told.told, [
    "idle",
    "connecting",
    "failed: no_token: the login is away",
    "disconnected: 1006, again",
    "connecting",
    "connected",
  ]);
  assert.deepEqual([told.asked, told.joined], [2, "joined"]);
});

test("a token that cannot be sent is refused where it is set, without being printed", async (t) => {
  const page = await world.page(t);

  const faults = await page.evaluate(() => {
    const fault = (work) => {
      try {
        work();
      } catch (error) {
        return error.message;
      }
    };
    return [
      fault(() => new Client({ ...settings, token: "Bearer s3cret" })),
      fault(() => new Client(settings).set_token("Bearer s3cret")),
      fault(() => new Client({ ...settings, baseUrl: "nowhere" })),
      fault(() => new Client({ ...settings, hash: "" })),
      fault(() => new Client({ ...settings, capacity: 0 })),
    ];
  });

  assert.match(faults[0], /give the bare token/);
  assert.match(faults[1], /give the bare token/);
  assert.match(faults[2], /"nowhere" is none: it has to begin as in https/);
  assert.match(faults[3], /call realtime_connection_hash\(\)/);
  assert.match(faults[4], /stream_capacity\(\)/);
  assert.ok(!faults.join().includes("s3cret"));
});

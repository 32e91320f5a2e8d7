// Clients of one page with the same address and token share a socket; tokens that change part them and join them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { signToken } from "../support/token.js";
import { typedStage } from "../support/typed-page.js";

const SECRET = "a secret for these tests";
const world = typedStage({ settings: settings(room("avengers"), room("x-men")), secret: SECRET });
const token = (id) => signToken(SECRET, { dbo_id: 5, id, exp: 4_000_000_000 });

test("two clients share a socket, which lives until both are dropped", async (t) => {
  const page = await world.page(t);

  const outcome = await page.evaluate(async () => {
    const [jill, jack] = [new Client(settings), new Client(settings)];
    const [hers, his] = [jill.join("avengers"), jack.join("avengers")];
    const [back, there] = [hers.messages(), his.messages()];
    await his.actions().next();
    hers.say("Jill", "one");
    const heard = [await back.next(), await there.next()];
    const shared = ledger.count().sockets;
    jill.free();
    his.say("Jack", "two");
    heard.push(await there.next(), await back.next());
    const between = ledger.count().sockets;
    jack.free();
    return {
      heard,
      joins: ledger.said().filter((action) => action === "join").length,
      shared,
      between,
      left: ledger.count().sockets,
    };
  });

  assert.deepEqual(outcome.heard, ["Jill: one [7]", "Jill: one [7]", "Jack: two [7]", undefined]);
  assert.deepEqual([outcome.joins, outcome.shared, outcome.between, outcome.left], [1, 1, 1, 0]);
});

test("a client that comes to a channel of another one knows at once who is there", async (t) => {
  const page = await world.page(t);

  const counts = await page.evaluate(async () => {
    const first = new Client(settings).join("avengers", true);
    const changes = first.presence_changes();
    while ((await changes.next()) !== "1");
    const second = new Client(settings).join("avengers", true);
    return [second.presence().length, await second.presence_changes().next(), ledger.sockets.size];
  });

  assert.deepEqual(counts, [1, "1", 1]);
});

test("a client with another token has a socket of its own", async (t) => {
  const page = await world.page(t);

  const sockets = await page.evaluate(async (token) => {
    const [jill, jack] = [new Client(settings), new Client({ ...settings, token })];
    const [hers, his] = [jill.join("avengers").actions(), jack.join("avengers").actions()];
    await hers.next();
    await his.next();
    return ledger.sockets.size;
  }, token(7));

  assert.equal(sockets, 2);
});

test("a reconnect with a new token takes one client away from a shared socket, with what waits", async (t) => {
  const page = await world.page(t);

  const outcome = await page.evaluate(async (token) => {
    const [jill, jack] = [new Client(settings), new Client(settings)];
    const [hers, his] = [jill.join("avengers"), jack.join("x-men")];
    const [actions, messages] = [hers.actions(), hers.messages()];
    await actions.next();
    await his.actions().next();
    const shared = ledger.latest;
    // A socket that takes nothing: what is said waits.
    Object.defineProperty(shared, "bufferedAmount", { value: 1_000_000 });
    hers.say("Jill", "with me");
    jill.set_token(token);
    jill.reconnect();
    const heard = [await actions.next(), await actions.next(), await messages.next(), await messages.next()];
    return { heard, shared: shared.readyState, sockets: ledger.sockets.size };
  }, token(7));

  assert.deepEqual(outcome.heard, ["interrupted", "joined", "interrupted", "Jill: with me [7]"]);
  assert.deepEqual([outcome.shared, outcome.sockets], [1, 2], "the shared one is open");
});

test("when the socket opens anew, clients whose tokens have changed are regrouped", async (t) => {
  const page = await world.page(t);

  const outcome = await page.evaluate(
    async ([one, other]) => {
      const clients = [new Client(settings), new Client(settings), new Client(settings)];
      const actions = clients.map((client) => client.join("avengers").actions());
      for (const each of actions) await each.next();
      clients[0].set_token(one);
      clients[1].set_token(one);
      clients[2].set_token(other);
      const before = ledger.sockets.size;
      // The network breaks; nobody asked for a reconnect.
      ledger.latest.dispatchEvent(new CloseEvent("close", { code: 1006 }));
      const heard = [];
      for (const each of actions) heard.push(await each.next(), await each.next());
      return { heard, before, protocols: [...ledger.sockets].map(({ protocol }) => protocol) };
    },
    [token(7), token(8)],
  );

  assert.equal(outcome.before, 1);
  assert.deepEqual(new Set(outcome.heard), new Set(["interrupted", "joined"]));
  assert.deepEqual(outcome.protocols.filter(Boolean).sort(), [token(7), token(8)].sort());
});

test("the status of a client is that of the socket it is on, and idle once its last channel is left", async (t) => {
  const page = await world.page(t);

  const told = await page.evaluate(async () => {
    const first = new Client(settings);
    const kept = first.join("avengers");
    await kept.actions().next();
    const second = new Client(settings);
    const statuses = second.status();
    const channel = second.join("x-men");
    await channel.actions().next();
    channel.free();
    return [statuses.take_all(), ledger.sockets.size];
  });

  assert.deepEqual(told, [["idle", "connected", "idle"], 1]);
});

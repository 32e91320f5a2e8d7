// Networks that go away, pages that sleep, servers that crash: the page says so, comes back by itself, has missed nothing.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startProxy } from "../support/proxy.js";
import { room, settings } from "../support/settings.js";
import { asleep } from "../support/sleep.js";
import { stage } from "../support/stage.js";

const ROOMS = ["offline", "asleep", "published"];
const world = stage({ settings: settings(...ROOMS.map((name) => room(name))) });
const RECOVER = { recover: true, presence: true };

/** Three times as long as a dead socket may go unnoticed, by the page and by the server. */
const NOTICED_WITHIN_MS = 3 * 20_000;
const GONE_WITHIN_MS = 3 * 60_000;

// Most of both is waiting: they may as well wait together.
describe("nobody closes the socket", { concurrency: true }, () => {
  test("a page without a network hears of it, and gets what was said meanwhile when it is back", async (t) => {
    const jill = await world.user(t);
    const john = await world.user(t);
    await jill.enter("offline");
    await john.enter("offline", RECOVER);
    await jill.message("offline", "before");
    await john.messages("offline", 1);

    // The open socket is not closed by it: nothing passes any more.
    await john.context.setOffline(true);
    await disconnected(john, "offline");
    for (const number of [1, 2, 3]) await jill.message("offline", number);
    await jill.messages("offline", 4);
    await john.message("offline", "from John, without a network");
    await john.context.setOffline(false);

    assert.deepEqual(await jill.messages("offline", 5), ["before", 1, 2, 3, "from John, without a network"]);
    assert.deepEqual(await john.messages("offline", 5), ["before", 1, 2, 3, "from John, without a network"]);
    assert.deepEqual(await replayed(john, "offline"), [1, 2, 3]);
  });

  test("a page that slept, while its network went away too, finds its place again", async (t) => {
    const network = await startProxy(world.server.port);
    t.after(() => network.close());
    const jill = await world.user(t);
    const john = await world.user(t);
    await jill.enter("asleep");
    await john.connect({ apiGroupBaseUrl: `http://127.0.0.1:${network.port}/api:demo` });
    await john.join("asleep", RECOVER);
    await jill.present("asleep", 2);

    await asleep(john.page, async () => {
      network.stall();
      await present(jill, "asleep", 1);
      await jill.message("asleep", "are you asleep?");
      await jill.messages("asleep", 1);
    });

    assert.deepEqual(await john.messages("asleep", 1), ["are you asleep?"]);
    assert.deepEqual(await replayed(john, "asleep"), ["are you asleep?"]);
    await jill.present("asleep", 2);
  });
});

test("what is published while the server is killed is taken once", async (t) => {
  const jill = await world.user(t);
  await jill.enter("published");
  await world.server.kill();
  await disconnected(jill, "published");
  await jill.page.evaluate(() => {
    window.published = probe.channels.get("published").publish("taken once");
  });
  await world.server.start();
  const outcome = await jill.page.evaluate(() => window.published);
  assert.ok(outcome.id, "the server has named it");
  assert.deepEqual(await jill.messages("published", 1), ["taken once"]);
});

async function replayed(user, name) {
  return (await user.actions(name)).filter((action) => action.replayed).map(({ payload }) => payload);
}

function present(user, name, count) {
  return user.page.waitForFunction(([name, count]) => probe.present(name).length === count, [name, count], {
    timeout: GONE_WITHIN_MS,
  });
}

function disconnected(user, name) {
  return user.page.waitForFunction(
    (name) => probe.of(name, "connection_status").at(-1)?.payload.status === "disconnected",
    name,
    { timeout: NOTICED_WITHIN_MS },
  );
}

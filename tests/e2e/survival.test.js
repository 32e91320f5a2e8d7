// Networks that go away and pages that sleep: the page says so, comes back by itself, and has missed nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { stage } from "../support/stage.js";

const ROOMS = ["offline", "asleep", "published"];
const world = stage({ settings: settings(...ROOMS.map((name) => room(name))) });
const RECOVER = { recover: true, presence: true };

/** Three times as long as a dead socket may go unnoticed. */
const NOTICED_WITHIN_MS = 60_000;

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
  const replayed = (await john.actions("offline")).filter((action) => action.replayed).map(({ payload }) => payload);
  assert.deepEqual(replayed, [1, 2, 3]);
});

test("a page that slept finds its place again", async (t) => {
  const jill = await world.user(t);
  const john = await world.user(t);
  await jill.enter("asleep");
  await john.enter("asleep", RECOVER);
  const renderer = await rendererOf(john);

  process.kill(renderer, "SIGSTOP");
  // Who is gone without a word leaves within a minute.
  await jill.page.waitForFunction(() => probe.present("asleep").length === 1, undefined, { timeout: 3 * 60_000 });
  await jill.message("asleep", "are you asleep?");
  await jill.messages("asleep", 1);
  process.kill(renderer, "SIGCONT");

  assert.deepEqual(await john.messages("asleep", 1), ["are you asleep?"]);
  await jill.present("asleep", 2);
});

test("what is published while the server is killed is taken once, or said to be unconfirmed", async (t) => {
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

function disconnected(user, name) {
  return user.page.waitForFunction(
    (name) => probe.of(name, "connection_status").at(-1)?.payload.status === "disconnected",
    name,
    { timeout: NOTICED_WITHIN_MS },
  );
}

/** The process that runs the user's page: the one that was not there before the page. */
async function rendererOf(user) {
  const session = await world.browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  // The page's own is the busy one: it computes while the others wait.
  const before = new Map(processInfo.map(({ id, cpuTime }) => [id, cpuTime]));
  await user.page.evaluate(() => {
    const end = performance.now() + 500;
    while (performance.now() < end);
  });
  const after = (await session.send("SystemInfo.getProcessInfo")).processInfo;
  await session.detach();
  const spent = (id) => (after.find((of) => of.id === id)?.cpuTime ?? 0) - (before.get(id) ?? 0);
  return renderers.sort((one, other) => spent(other) - spent(one))[0];
}

// The server goes away and comes back: nothing for the application to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { CLIENT, stage } from "../support/stage.js";

const ROOMS = ["killed", "stopped", "late", "forgetful"];
const world = stage({ settings: settings(...ROOMS.map((name) => room(name))) });

// The original forgets its socket at the close event, and drops what is sent until the next one is made.
const skip = CLIENT === "original" && "the original drops what is sent while it waits to reconnect";

for (const [name, takeDown] of [
  ["killed", (server) => server.kill()],
  ["stopped", (server) => server.stop()],
]) {
  test(`what was sent while the server was ${name} arrives once, in order, after it is back`, { skip }, async (t) => {
    const jill = await world.user(t);
    const john = await world.user(t);
    await jill.enter(name);
    await john.enter(name);
    await takeDown(world.server);
    await disconnected(jill, name);
    await disconnected(john, name);

    for (const number of [1, 2, 3, 4, 5]) await jill.message(name, number);
    await world.server.start();

    assert.deepEqual(await jill.messages(name, 5), [1, 2, 3, 4, 5]);
    // John may be back before Jill, or only find in the history what she said before.
    await john.until((name) => probe.history(name).length + probe.messages(name).length >= 5, name);
    await jill.message(name, "the end");
    await john.until((name) => probe.messages(name).includes("the end"), name);
    const seen = [...(await john.history(name, 0)), ...(await john.messages(name, 0))];
    assert.deepEqual(seen, [1, 2, 3, 4, 5, "the end"]);
    assert.deepEqual(await jill.messages(name, 6), [1, 2, 3, 4, 5, "the end"]);
    // The server forgot who was there, and is told again.
    await jill.present(name, 2);
  });
}

test("a page that opens before the server is there catches up", { skip }, async (t) => {
  const jill = await world.user(t);
  await world.server.kill();
  await jill.connect();
  await jill.open("late", { presence: true });
  await jill.message("late", "am I early?");
  await disconnected(jill, "late");

  await world.server.start();

  assert.deepEqual(await jill.messages("late", 1), ["am I early?"]);
  await jill.present("late", 1);
});

test("with queueOfflineActions off, what is sent while the server is down is refused", async (t) => {
  const jill = await world.user(t);
  await jill.enter("forgetful", { queueOfflineActions: false });
  await world.server.kill();
  await disconnected(jill, "forgetful");
  await jill.message("forgetful", "lost");
  if (CLIENT !== "original") assert.equal((await jill.action("forgetful", "error")).payload.code, "not_connected");
  await world.server.start();
  await jill.until((name) => probe.of(name, "join").length === 2, "forgetful");

  await jill.message("forgetful", "found");

  assert.deepEqual(await jill.messages("forgetful", 1), ["found"]);
});

async function disconnected(user, name) {
  await user.until(
    (name) => probe.of(name, "connection_status").some(({ payload }) => payload.status === "disconnected"),
    name,
  );
}

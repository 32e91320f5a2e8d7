// @xano/js-sdk 3.0.1 and ours in the same room: neither notices a difference.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { stage } from "../support/stage.js";

const world = stage({ settings: settings(...["talk", "list", "past", "whispers"].map((name) => room(name))) });

/** Opens one page with each client, both in the room. */
async function bothIn(test, name) {
  const ours = await world.user(test);
  const original = await world.user(test, { client: "original" });
  await ours.enter(name);
  const [oursSocket] = await ours.present(name, 1);
  await original.enter(name);
  const originalsSocket = (await ours.present(name, 2)).find((socketId) => socketId !== oursSocket);
  return { ours, original, oursSocket, originalsSocket };
}

test("both see each other's messages, and make the same of them", async (t) => {
  const { ours, original } = await bothIn(t, "talk");

  await ours.message("talk", { from: "ours", list: [1, null, "🦸"] });
  await original.messages("talk", 1);
  await original.message("talk", "from the original");

  await ours.messages("talk", 2);
  await original.messages("talk", 2);
  const messages = async (user) => (await user.actions("talk")).filter(({ action }) => action === "message");
  assert.deepEqual(await messages(ours), await messages(original));
  assert.deepEqual(await ours.messages("talk", 2), [{ from: "ours", list: [1, null, "🦸"] }, "from the original"]);
});

test("both see the same list of those present", async (t) => {
  const { ours, original, oursSocket, originalsSocket } = await bothIn(t, "list");

  assert.deepEqual(new Set(await original.present("list", 2)), new Set([oursSocket, originalsSocket]));
  const members = (user) =>
    user.page.evaluate(() =>
      probe.channels
        .get("list")
        .getPresence()
        .map(({ socketId, extras, permissions }) => ({ socketId, extras, permissions }))
        .sort((a, b) => (a.socketId < b.socketId ? -1 : 1)),
    );
  assert.deepEqual(await members(ours), await members(original));

  await original.leave();
  assert.deepEqual(await ours.present("list", 1), [oursSocket]);
});

test("both get the same history", async (t) => {
  const { ours, original } = await bothIn(t, "past");
  await ours.message("past", "one");
  await original.messages("past", 1);
  await original.message("past", "two");
  await ours.messages("past", 2);

  const late = [await world.user(t), await world.user(t, { client: "original" })];
  for (const user of late) await user.enter("past");

  const histories = [];
  for (const user of late) {
    assert.deepEqual(await user.history("past", 2), ["one", "two"]);
    histories.push(await user.action("past", "history"));
  }
  assert.deepEqual(histories[0], histories[1]);
});

test("whispers go both ways, and a third does not hear them", async (t) => {
  const { ours, original, oursSocket, originalsSocket } = await bothIn(t, "whispers");
  const third = await world.user(t);
  await third.enter("whispers");
  await original.present("whispers", 3);

  await ours.whisper("whispers", originalsSocket, "psst, original");
  assert.deepEqual(await original.messages("whispers", 1), ["psst, original"]);
  await original.whisper("whispers", oursSocket, "psst yourself");
  assert.deepEqual(await ours.messages("whispers", 1), ["psst yourself"]);
  await ours.message("whispers", "aloud");

  assert.deepEqual(await third.messages("whispers", 1), ["aloud"]);
  assert.deepEqual(await ours.messages("whispers", 2), ["psst yourself", "aloud"]);
});

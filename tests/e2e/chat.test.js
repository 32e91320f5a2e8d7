// What a chat is: who sees which message, who is there, what was said before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { stage } from "../support/stage.js";

const MARVEL = "marvel-chat-room";
const world = stage({
  settings: settings(
    ...[MARVEL, "dc-chat-room", "duo", "presence", "reload", "request", "whispers"].map((name) => room(name)),
  ),
});

test("two users chat", async (t) => {
  const jill = await world.user(t);
  const john = await world.user(t);
  await jill.enter("duo");
  await john.enter("duo");

  await jill.message("duo", "Hello John");
  await john.messages("duo", 1);
  await john.message("duo", "Hello Jill");

  assert.deepEqual(await jill.messages("duo", 2), ["Hello John", "Hello Jill"]);
  assert.deepEqual(await john.messages("duo", 2), ["Hello John", "Hello Jill"]);
});

test("Jill, John and Jack each see Jill's message once, and John does not see the room that Jack joined beside", async (t) => {
  const [jill, john, jack] = [await world.user(t), await world.user(t), await world.user(t)];
  for (const user of [jill, john, jack]) await user.enter(MARVEL);
  await jack.join("dc-chat-room");
  await jack.message("dc-chat-room", "Batman was here");
  assert.deepEqual(await jack.messages("dc-chat-room", 1), ["Batman was here"]);

  await jill.message(MARVEL, "Hi, I am Jill");
  for (const user of [jill, john, jack]) await user.messages(MARVEL, 1);
  await john.message(MARVEL, "Bye");

  for (const user of [jill, john, jack]) assert.deepEqual(await user.messages(MARVEL, 2), ["Hi, I am Jill", "Bye"]);
  assert.doesNotMatch(JSON.stringify(await john.actions(MARVEL)), /Batman/);
  assert.doesNotMatch(JSON.stringify(await jack.actions(MARVEL)), /Batman/);
});

test("a message says who sent it and where", async (t) => {
  const jill = await world.user(t);
  await jill.enter("duo");
  const [socketId] = await jill.present("duo", 1);
  await jill.message("duo", "It is me");

  const action = await jill.action("duo", "message");

  assert.deepEqual(action.client, { socketId, extras: {}, permissions: { dbo_id: 0, row_id: 0 } });
  assert.equal(action.options.channel, "duo");
  assert.equal(action.options.authenticated, false);
  assert.equal(action.options.socketId, null);
});

test("everybody sees who comes, and a tab that closes leaves the list", async (t) => {
  const jill = await world.user(t);
  const john = await world.user(t);
  await jill.enter("presence");
  const [jillsSocket] = await jill.present("presence", 1);

  await john.enter("presence");
  const both = await john.present("presence", 2);
  assert.deepEqual(new Set(await jill.present("presence", 2)), new Set(both));
  await john.leave();

  assert.deepEqual(await jill.present("presence", 1), [jillsSocket]);
  const johnsSocket = both.find((socketId) => socketId !== jillsSocket);
  const updates = (await jill.actions("presence")).filter(({ action }) => action === "presence_update");
  assert.deepEqual(
    updates.map(({ payload }) => [payload.action, payload.presence.socketId]),
    [
      ["join", johnsSocket],
      ["leave", johnsSocket],
    ],
  );
});

test("a channel that is destroyed leaves the list, and hears nothing more", async (t) => {
  const jill = await world.user(t);
  const john = await world.user(t);
  for (const user of [jill, john]) {
    await user.enter("presence");
    await user.join("duo");
  }
  await jill.present("presence", 2);
  await john.page.evaluate(() => probe.channels.get("presence").destroy());
  await jill.present("presence", 1);
  const heard = await john.actions("presence");

  await jill.message("presence", "Is somebody here?");
  await jill.messages("presence", 1);
  await jill.message("duo", "John?");
  await john.messages("duo", 1);

  assert.deepEqual(await john.actions("presence"), heard);
});

test("a reloaded tab gets the history", async (t) => {
  const jill = await world.user(t);
  await jill.enter("reload");
  await jill.message("reload", "first");
  await jill.message("reload", { text: "second" });
  await jill.messages("reload", 2);

  await jill.reload();
  await jill.enter("reload");

  assert.deepEqual(await jill.history("reload", 2), ["first", { text: "second" }]);
  assert.deepEqual(await jill.messages("reload", 0), []);
});

test("history() fetches what was said, and hands it to the handlers", async (t) => {
  const jill = await world.user(t);
  await jill.enter("request", { history: false });
  await jill.message("request", "remember");
  await jill.messages("request", 1);

  await jill.page.evaluate(() => probe.channels.get("request").history());

  assert.deepEqual(await jill.history("request", 1), ["remember"]);
});

test("a whisper reaches the one it is for and nobody else, and is not kept", async (t) => {
  const [jill, john, jack] = [await world.user(t), await world.user(t), await world.user(t)];
  await john.enter("whispers");
  const [johnsSocket] = await john.present("whispers", 1);
  await jack.enter("whispers");
  await jill.enter("whispers");
  await jill.present("whispers", 3);

  await jill.whisper("whispers", johnsSocket, "psst");
  await jill.message("whispers", "aloud");

  assert.deepEqual(await john.messages("whispers", 2), ["psst", "aloud"]);
  assert.deepEqual(await jack.messages("whispers", 1), ["aloud"]);
  assert.deepEqual(await jill.messages("whispers", 1), ["aloud"]);
  await jack.page.evaluate(() => probe.channels.get("whispers").history());
  assert.deepEqual(await jack.history("whispers", 1), ["aloud"]);
});

// The client in Rust, the npm package and @xano/js-sdk 3.0.1 in one room on one server: none notices a difference.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { room, settings } from "../support/settings.js";
import { stage } from "../support/stage.js";
import { openTypedPage, startTypedSite } from "../support/typed-page.js";

const world = stage({ settings: settings(...["talk", "list", "past"].map((name) => room(name))) });
const line = (name, text) => ({ name, text, scores: [{ hero: name, points: 7 }] });

let site;
before(async () => {
  site = await startTypedSite();
});
after(() => site?.close());

/** The page in Rust, in the room: `channel`, and its streams, are globals. */
async function enterInRust(t, name) {
  const page = await openTypedPage(t, { ...world, site });
  const first = await page.evaluate((name) => {
    window.channel = new Client(settings).join(name, true, true);
    window.messages = channel.messages();
    window.counts = channel.presence_changes();
    window.actions = channel.actions();
    return actions.next();
  }, name);
  assert.equal(first, "joined");
  return page;
}

/** One page per client, all in the room. */
async function allIn(t, name) {
  const rust = await enterInRust(t, name);
  const npm = await world.user(t);
  const original = await world.user(t, { client: "original" });
  await npm.enter(name);
  await original.enter(name);
  for (const user of [npm, original]) await user.present(name, 3);
  await rust.evaluate(async () => {
    while ((await counts.next()) !== "3");
  });
  return { rust, npm, original };
}

test("each of the three receives the messages of each", async (t) => {
  const { rust, npm, original } = await allIn(t, "talk");

  await rust.evaluate(() => channel.say("Jill", "from Rust"));
  for (const user of [npm, original]) await user.messages("talk", 1);
  await npm.message("talk", line("Jack", "from npm"));
  await original.messages("talk", 2);
  await original.message("talk", line("Thor", "from the original"));

  const said = [line("Jill", "from Rust"), line("Jack", "from npm"), line("Thor", "from the original")];
  for (const user of [npm, original]) assert.deepEqual(await user.messages("talk", 3), said);
  const inRust = await rust.evaluate(async () => [await messages.next(), await messages.next(), await messages.next()]);
  assert.deepEqual(inRust, ["Jill: from Rust [7]", "Jack: from npm [7]", "Thor: from the original [7]"]);
});

test("each lists the same three sockets, and sees who leaves", async (t) => {
  const { rust, npm, original } = await allIn(t, "list");

  const sockets = async (user) => (await user.present("list", 3)).sort();
  const inRust = await rust.evaluate(() => channel.presence().sort());
  assert.equal(new Set(inRust).size, 3);
  for (const user of [npm, original]) assert.deepEqual(await sockets(user), inRust);

  await original.leave();
  await npm.present("list", 2);
  assert.equal(await rust.evaluate(() => counts.next()), "2");
  await rust.evaluate(() => {
    counts.free();
    messages.free();
    channel.free();
  });
  await npm.present("list", 1);
});

test("who joins later is handed the history of all three, by each client", async (t) => {
  const { rust, npm, original } = await allIn(t, "past");
  await rust.evaluate(() => channel.say("Jill", "one"));
  await npm.messages("past", 1);
  await npm.message("past", line("Jack", "two"));
  await original.messages("past", 2);
  await original.message("past", line("Thor", "three"));
  await npm.messages("past", 3);

  const late = await enterInRust(t, "past");
  const history = await late.evaluate(async () => {
    let action;
    do action = await actions.next();
    while (!action.startsWith("history"));
    return action;
  });
  assert.equal(history, "history: Jill: one [7]; Jack: two [7]; Thor: three [7]");
  assert.deepEqual(await rust.evaluate(() => channel.history()), ["Jill: one [7]", "Jack: two [7]", "Thor: three [7]"]);
  for (const client of [undefined, "original"]) {
    const user = await world.user(t, { client });
    await user.enter("past");
    assert.deepEqual(await user.history("past", 3), [line("Jill", "one"), line("Jack", "two"), line("Thor", "three")]);
  }
});

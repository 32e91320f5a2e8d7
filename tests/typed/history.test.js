// What was missed on a server without extensions: it is found in the history, behind what was seen last.

import assert from "node:assert/strict";
import { test } from "node:test";
import { event, history, joined, message, refusal, said } from "../support/typed-member.js";
import { typedStage } from "../support/typed-page.js";

const world = typedStage({});
const question = { action: "history", options: { channel: "avengers" }, payload: null };

test("what was missed comes marked, once, and the answer that has it does not", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  await jill.interrupt();
  assert.deepEqual(await jill.server.next("history"), question);
  const told = await jill.hears(history(...said("old", "a", "b", "c", "d", "e")), ...said("f"));
  assert.deepEqual(told, ["d again", "e again", "f"]);
  assert.deepEqual(jill.server.frames, [], "it is asked for once");
});

test("what comes before the history waits for what was missed, and comes once", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  await jill.interrupt();
  assert.deepEqual(await jill.hears(...said("e"), event("f"), message("private", { socketId: "me" })), ["private"]);
  const told = await jill.hears(history(...said("a", "b", "c", "d", "e"), event("f")), ...said("g"));
  assert.deepEqual(told, ["d again", "e", "event: f", "g"]);
});

test("nothing was missed, and the next interruption goes on behind what was handed out last", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  await jill.interrupt();
  assert.deepEqual(await jill.hears(history(...said("a", "b", "c")), ...said("d")), ["d"]);
  await jill.interrupt();
  assert.deepEqual(await jill.hears(history(...said("b", "c", "d", "e"))), ["e again"]);
  await jill.interrupt();
  assert.deepEqual(await jill.hears(history(...said("c", "d", "e", "f"))), ["f again"]);
});

test("a second interruption before the history came loses and doubles nothing", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  await jill.interrupt();
  assert.deepEqual(await jill.hears(...said("e")), []);
  await jill.interrupt();
  const told = await jill.hears(...said("g"), history(...said("a", "b", "c", "d", "e", "f", "g")));
  assert.deepEqual(told, ["d again", "e again", "f again", "g"]);
});

for (const [why, answer] of [
  ["repeats itself", said("a", "b", "c", "x", "a", "b", "c", "d")],
  ["does not reach back", said("x", "y", "z")],
  ["has its newest entry first", said("e", "d", "c", "b", "a")],
  [
    "has a private message among what was seen",
    [...said("a", "b"), message("p", { socketId: "me" }), ...said("c", "d")],
  ],
  ["is by another sender", said("a", "b", "c", "d").map((entry) => ({ ...entry, client: { socketId: "jack" } }))],
]) {
  test(`a history that ${why} is not used: something may have been missed`, async (t) => {
    const jill = await joined(t, world, {}, "a", "b", "c");
    await jill.interrupt();
    assert.deepEqual(await jill.hears(...said("f"), history(...answer), ...said("g")), ["gap possible", "f", "g"]);
  });
}

test("where nothing was seen nothing is asked, and behind a break three entries are needed", async (t) => {
  const jill = await joined(t, world, {});
  await jill.interrupt();
  assert.deepEqual(await jill.hears(...said("d", "e")), ["gap possible", "d", "e"]);
  assert.deepEqual(jill.server.frames, []);
  await jill.interrupt();
  assert.deepEqual(await jill.hears(history(...said("e", "f"))), ["gap possible"]);
});

test("a history that comes with the join, or that the application asks for, reaches it behind what was missed", async (t) => {
  const jill = await joined(t, world, { kept: true }, "a", "b", "c");
  await jill.interrupt();
  const answer = history(...said("a", "b", "c", "d"));
  const told = await jill.hears(answer, answer);
  assert.equal(told[0], "d again");
  assert.match(told[1], /^history: /);
  assert.equal(told.length, 2);
});

test("behind an error no history is waited for, and one that comes later reaches nobody", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  await jill.interrupt();
  const told = await jill.hears(...said("e"), refusal, ...said("f"), history(...said("a", "b", "c", "e", "f")));
  assert.deepEqual(told, ["refused: refused", "gap possible", "e", "f"]);
  await jill.interrupt();
  assert.deepEqual(await jill.hears(history(...said("e", "f"))), ["gap possible"]);
});

test("a history that came too late is not handed out by the next interruption", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  await jill.interrupt();
  await jill.hears(refusal, history(...said("a", "b", "c", "d")));
  await jill.interrupt();
  assert.deepEqual(await jill.toldSince(), ["gap possible"]);
});

test("a history that does not come is given up by the connection's next timer", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  await jill.page.evaluate(() => {
    const { setTimeout } = window;
    window.setTimeout = (work, ms, ...more) => setTimeout(work, ms / 1_000, ...more);
  });
  await jill.interrupt();
  await jill.server.next("history");
  jill.server.tell(...said("e"));
  await jill.page.evaluate(() => upTo("e"));
  assert.deepEqual(await jill.toldSince(), ["gap possible", "e"]);
});

test("no more is held than may wait elsewhere", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  await jill.interrupt();
  const many = Array.from({ length: 1_000 }, (_, number) => `${number}`);
  assert.deepEqual(await jill.hears(...said(...many)), []);
  // The stream holds 1,000 items itself, and is read in between.
  const told = await jill.hears(...said("1000"));
  assert.deepEqual(told.at(-1), "1000");
});

test("a channel that does not recover is asked for nothing, and its messages are not looked into", async (t) => {
  const jill = await joined(t, world, { recover: false }, "a", "b", "c");
  await jill.interrupt();
  await jill.page.evaluate(() => {
    const { stringify } = JSON;
    window.looked = 0;
    JSON.stringify = (...args) => {
      looked += 1;
      return stringify(...args);
    };
  });
  assert.deepEqual(await jill.hears(...said("d")), ["interrupted", "d"]);
  assert.equal(await jill.page.evaluate(() => looked), 0);
  assert.deepEqual(jill.server.frames, []);
});

test("a message that is nested deeper than a text can be made of harms nothing", async (t) => {
  const jill = await joined(t, world, {}, "a", "b", "c");
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  jill.server.socket.send(`{"action":"message","options":{"channel":"avengers"},"payload":${deep}}`);
  await jill.interrupt();
  const told = await jill.hears(history(), ...said("d"));
  assert.deepEqual(told.slice(-2), ["gap possible", "d"]);
});

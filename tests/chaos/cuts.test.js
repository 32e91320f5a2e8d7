// Connections that are cut at random points of frames: nothing is lost, nothing comes twice, all hear the same order.
// `npm run test:more` runs it longer (LONG=1). A run can be repeated by its seed: SEED=… node --test tests/chaos/cuts.test.js

import assert from "node:assert/strict";
import { test } from "node:test";
import { Dice } from "../support/random.js";
import { startCrowd } from "./crowd.js";

const { messages, cuts } = process.env.LONG ? { messages: 10_000, cuts: 100 } : { messages: 1_500, cuts: 15 };
const PER_SECOND = 500;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

test(`${messages} messages, at least ${cuts} cuts, seed ${SEED}`, async (t) => {
  const dice = new Dice(SEED);
  const crowd = await startCrowd({ publishers: 3, subscribers: 5 });
  t.after(() => crowd.leave());
  const heardByTheOriginal = await crowd.joinWithTheOriginal();

  // Some find nobody connected.
  const chance = (2 * cuts) / messages;
  const outcomes = await crowd.publish(messages, PER_SECOND, () => {
    if (dice.chance(chance)) dice.pick(crowd.proxies).cutAt(dice.roll());
  });
  await crowd.end();

  const original = await heardByTheOriginal();
  t.diagnostic(`the original, as one more subscriber, missed ${messages - new Set(original).size} of ${messages}`);
  const interruptions = crowd.subscribers.reduce((sum, subscriber) => sum + subscriber.interruptions, 0);
  t.diagnostic(`${crowd.cuts} cuts, ${interruptions} of them at subscribers`);
  assert.ok(crowd.cuts >= cuts, `${crowd.cuts} cuts`);
  assert.deepEqual(
    outcomes.filter(({ taken }) => !taken),
    [],
  );
  const [first, ...others] = crowd.subscribers.map(({ heard }) => heard);
  for (const { heard } of crowd.subscribers) {
    const lost = outcomes.map(({ message }) => message).filter((message) => !heard.includes(message));
    const doubled = heard.filter((message, at) => heard.indexOf(message) !== at);
    assert.deepEqual({ lost, doubled, heard: heard.length }, { lost: [], doubled: [], heard: messages });
  }
  for (const other of others) assert.deepEqual(other, first, "the same order at all");
});

// Connections that are cut, slow, split and stalled: nothing is lost, nothing comes twice, all hear the same order.
// `npm run test:more` runs it longer (LONG=1). A run can be repeated by its seed: SEED=… node --test tests/chaos/cuts.test.js

import assert from "node:assert/strict";
import { test } from "node:test";
import { Dice } from "../support/random.js";
import { startCrowd } from "./crowd.js";
import { unreported } from "./gaps.js";
import { trouble } from "./trouble.js";

const LONG = Boolean(process.env.LONG);
const { messages, cuts } = LONG ? { messages: 10_000, cuts: 100 } : { messages: 1_000, cuts: 10 };
const PER_SECOND = 500;
const HISTORY = 1_000;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** It takes 20 s until a stall is noticed: what is said meanwhile must not be more than the history holds. */
const STALLED_AT = LONG ? messages - HISTORY / 2 : undefined;

/** A client that is cut off again within 10 s waits longer each time. With the lowest delays all are back for the next cut. */
const LOW = 0.01;

test(`${messages} messages, at least ${cuts} cuts, seed ${SEED}`, async (t) => {
  t.mock.method(Math, "random", () => LOW);
  const dice = new Dice(SEED);
  const crowd = await startCrowd({ publishers: 3, subscribers: 5, history: HISTORY });
  t.after(() => crowd.leave());
  const heardByTheOriginal = await crowd.joinWithTheOriginal();

  // Some find nobody connected.
  const chance = (4 * cuts) / messages;
  const outcomes = await crowd.publish(messages, PER_SECOND, (number) => {
    if (dice.chance(chance)) trouble(dice, dice.pick(crowd.proxies));
    if (number === STALLED_AT) for (const proxy of crowd.proxies.slice(2, 4)) proxy.stall();
  });
  await crowd.end();

  const original = await heardByTheOriginal();
  t.diagnostic(`the original, as one more subscriber, missed ${messages - new Set(original).size} of ${messages}`);
  const interruptions = crowd.subscribers.reduce((sum, subscriber) => sum + subscriber.interruptions, 0);
  t.diagnostic(`${crowd.cuts} cuts; ${interruptions} interruptions of subscribers`);
  assert.ok(crowd.cuts >= cuts, `${crowd.cuts} cuts`);
  assert.deepEqual(
    outcomes.filter(({ taken }) => !taken),
    [],
  );
  // On a busy machine somebody may be away for longer than the history lasts, which is 2 s, and is told so.
  const all = crowd.subscribers.map(({ heard }) => heard);
  const whole = all.filter((heard) => !heard.includes("!gap"));
  const [first] = whole;
  assert.ok(first, "somebody was never away for so long");
  for (const heard of whole) assert.equal(heard.length, messages, "nothing is lost");
  for (const heard of all) {
    const doubled = heard.filter((message, at) => !message.startsWith("!") && heard.indexOf(message) !== at);
    assert.deepEqual({ doubled, unreported: unreported(heard, first) }, { doubled: [], unreported: [] });
    const told = heard.filter((entry) => entry === "!gap").length;
    if (told > 0) t.diagnostic(`one was away for longer than the history lasts, and told so ${told} times`);
  }
});

// The typed API in Chromium over connections that are cut, slow and split, and over a server that is killed: with `recover`
// and `publish` nothing is lost and nothing comes twice, up to what a server in memory forgets, which is told.
// `npm run test:more` runs it longer (LONG=1). A run can be repeated by its seed: SEED=… node --test tests/typed/chaos.test.js

import assert from "node:assert/strict";
import { test } from "node:test";
import { gapsOf } from "../chaos/gaps.js";
import { Dice } from "../support/random.js";
import { room, settings } from "../support/settings.js";
import { typedStage } from "../support/typed-page.js";
import { startCrowd } from "./crowd.js";

const LONG = Boolean(process.env.LONG);
const PER_SECOND = 250;
const HISTORY = 1_000;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** How often, beside each other; a cut or a split is at random points of what passes. */
const TROUBLES = { cut: 6, delay: 1, split: 1 };

const world = typedStage({ settings: settings(room("avengers")) });

const { messages, cuts } = LONG ? { messages: 10_000, cuts: 100 } : { messages: 1_000, cuts: 10 };

test(`${messages} messages, at least ${cuts} cuts, seed ${SEED}`, async (t) => {
  const dice = new Dice(SEED);
  const crowd = await startCrowd(t, world, { publishers: 3, subscribers: 5, history: HISTORY });

  // Ten messages lie between two chances; some find nobody connected.
  const chance = (40 * cuts) / messages;
  const outcomes = await crowd.publish(messages, PER_SECOND, () => {
    if (dice.chance(chance)) trouble(dice, dice.pick(crowd.proxies));
  });
  const heard = await crowd.end();

  t.diagnostic(`${crowd.cuts} cuts`);
  assert.ok(crowd.cuts >= cuts, `${crowd.cuts} cuts`);
  const taken = takenOf(outcomes);
  assert.equal(taken.length, messages, "every message is taken");
  for (const entries of heard) {
    assert.deepEqual(lossesOf(entries, taken), { doubled: 0, unreported: [] });
    const told = entries.filter((entry) => entry.startsWith("!"));
    if (told.length > 0) t.diagnostic(`one was away for longer than the history lasts: ${told}`);
    else assert.equal(entries.length, messages, "nothing is lost");
  }
});

const MORTAL = LONG ? 6_000 : 1_000;

test(`${MORTAL} messages, the server killed twice`, async (t) => {
  const crowd = await startCrowd(t, world, { publishers: 3, subscribers: 5, history: HISTORY });

  const crashes = [];
  const outcomes = await crowd.publish(MORTAL, PER_SECOND, (number) => {
    if (number === MORTAL / 4 || number === (MORTAL / 4) * 3) crashes.push(crash(crowd.server));
  });
  await Promise.all(crashes);
  const heard = await crowd.end();

  const taken = takenOf(outcomes);
  t.diagnostic(`published: ${taken.length} taken, ${MORTAL - taken.length} unconfirmed`);
  const others = outcomes.filter(({ taken, code }) => !taken && code !== "unconfirmed");
  assert.deepEqual(others, [], "each is taken, or said to be unconfirmed");
  for (const entries of heard) {
    assert.deepEqual(lossesOf(entries, taken), { doubled: 0, unreported: [] });
    const { sizes } = gapsOf(entries, taken);
    t.diagnostic(`missing in each gap that was told: ${sizes.join(", ")}`);
    assert.equal(sizes.length, 2, "each crash is told as a gap");
  }
});

/** How many messages came twice, and which are missing outside of the gaps that were told. */
function lossesOf(entries, taken) {
  const messages = entries.filter((entry) => !entry.startsWith("!"));
  const { unreported } = gapsOf(entries, taken);
  return { doubled: messages.length - new Set(messages).size, unreported };
}

function takenOf(outcomes) {
  return outcomes.filter(({ taken }) => taken).map(({ message }) => message);
}

async function crash(server) {
  await server.kill();
  await server.start();
}

function trouble(dice, proxy) {
  const kind = dice.weighted(TROUBLES);
  if (kind === "cut") proxy.cutAt(dice.roll());
  if (kind === "delay") proxy.delay(dice.below(100));
  if (kind === "split") proxy.split(new Dice(dice.below(1_000_000)));
}

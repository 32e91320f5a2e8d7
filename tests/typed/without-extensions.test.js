// The typed API in Chromium on the real server without its extensions, as Xano's own, over connections that are cut: nothing
// comes twice, nothing is sent twice, and what is lost was told. `npm run test:more` runs it longer (LONG=1). A run can be
// repeated by its seed: SEED=…

import assert from "node:assert/strict";
import { test } from "node:test";
import { gapsOf } from "../chaos/gaps.js";
import { Dice } from "../support/random.js";
import { typedStage } from "../support/typed-page.js";
import { startWithoutExtensions } from "../support/without-extensions.js";
import { startCrowd } from "./crowd.js";

const { messages, cuts } = process.env.LONG ? { messages: 10_000, cuts: 100 } : { messages: 1_000, cuts: 10 };
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

const world = typedStage({});

test(`${messages} messages, at least ${cuts} cuts, no extensions, seed ${SEED}`, async (t) => {
  const dice = new Dice(SEED);
  const crowd = await startCrowd(t, world, {
    publishers: 3,
    subscribers: 5,
    history: 1_000,
    start: startWithoutExtensions,
    publishing: true,
  });

  const outcomes = await crowd.publish(messages, 250, () => {
    if (dice.chance((40 * cuts) / messages)) dice.pick(crowd.proxies).cutAt(dice.roll());
  });
  const heard = await crowd.end();

  t.diagnostic(`${crowd.cuts} cuts`);
  assert.ok(crowd.cuts >= cuts, `${crowd.cuts} cuts`);
  assert.deepEqual(crowd.server.extended, [], "nothing is sent that was not announced");
  const others = outcomes.filter(({ taken, code }) => !taken && code !== "unconfirmed");
  assert.deepEqual(others, [], "each is taken, or said to be unconfirmed");
  const taken = outcomes.filter((outcome) => outcome.taken).map(({ message }) => message);
  t.diagnostic(`published: ${taken.length} taken, ${messages - taken.length} unconfirmed`);
  for (const entries of heard) {
    const told = entries.filter((entry) => entry.startsWith("!"));
    const got = entries.filter((entry) => !entry.startsWith("!"));
    const { unreported } = gapsOf(
      entries.map((entry) => (entry === "!gap possible" ? "!gap" : entry)),
      taken,
    );
    t.diagnostic(`${got.length} heard, told ${told.length} times`);
    assert.deepEqual({ doubled: got.length - new Set(got).size, unreported }, { doubled: 0, unreported: [] });
    assert.deepEqual(
      told.filter((words) => words !== "!gap possible"),
      [],
    );
  }
});

// The same random programs on the original and on ours, in the same fake page. A seed that fails is printed as a
// program that is cut down to what it takes. To run one alone, or more of them:
//   SEED=17 node --test tests/parity/realtime.test.js
//   SEEDS=20000 node --test tests/parity/realtime.test.js

import assert from "node:assert/strict";
import { test } from "node:test";
import { mutations, nonsense } from "../support/hostile-frames.js";
import { firstDifference, report } from "./realtime/compare.js";
import { mutants } from "./realtime/mutations.js";
import { uses, without } from "./realtime/normalisers/uses.js";
import { hearing, programOf } from "./realtime/programs.js";

const SEED = process.env.SEED && Number(process.env.SEED);
const SEEDS = Number(process.env.SEEDS ?? 1_200);
const SEEDS_FOR_A_MUTANT = 50;
const SEEDS_FOR_A_NORMALISER = 100;
const FRAMES_IN_A_PROGRAM = 400;

const alone = SEED !== undefined && "one seed only";

test(alone ? `the program of seed ${SEED}` : `${SEEDS} random programs`, async () => {
  const [first, last] = alone ? [SEED, SEED] : [1, SEEDS];
  for (let seed = first; seed <= last; seed++) {
    const program = programOf(seed);
    if (await firstDifference(program)) assert.fail(`seed ${seed}\n${await report(program)}`);
  }
});

test("every field of an incoming frame takes every JSON type", { skip: alone }, async () => {
  const texts = [...mutations(), ...nonsense(2_000)];
  while (texts.length > 0) {
    const program = hearing(texts.splice(0, FRAMES_IN_A_PROGRAM));
    if (await firstDifference(program)) assert.fail(await report(program));
  }
});

test("every normaliser was needed", { skip: alone }, (t) => {
  t.diagnostic(`uses: ${[...uses].map(([number, count]) => `${number}: ${count}`).join(", ")}`);
  const unused = [...uses].filter(([, count]) => count === 0).map(([number]) => number);
  assert.deepEqual(unused, []);
});

test("without any one of the normalisers a difference shows", { skip: alone }, async (t) => {
  for (const number of uses.keys()) {
    const seed = await without(number, () => firstSeed(SEEDS_FOR_A_NORMALISER));
    t.diagnostic(`without ${number}: seed ${seed}`);
    assert.ok(seed, `the normaliser of ${number} changes nothing`);
  }
});

for (const [fault, build] of mutants) {
  test(`a build with ${fault} is found out within ${SEEDS_FOR_A_MUTANT} seeds`, { skip: alone }, async (t) => {
    const seed = await firstSeed(SEEDS_FOR_A_MUTANT, build);
    t.diagnostic(`by seed ${seed}`);
    assert.ok(seed, "nothing was noticed");
  });
}

/** The first seed whose program shows a difference. */
async function firstSeed(count, build) {
  for (let seed = 1; seed <= count; seed++) if (await firstDifference(programOf(seed), build)) return seed;
  return undefined;
}

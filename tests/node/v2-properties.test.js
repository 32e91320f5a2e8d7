// Random programs use V2 of the package in a page, in virtual time. The network cuts connections with every code, handlers
// fail or never finish, and frames come that no service sends.
// To run one alone, or more of them:
//   SEED=17 node --test tests/node/v2-properties.test.js
//   SEEDS=1000 node --test tests/node/v2-properties.test.js

import assert from "node:assert/strict";
import { test } from "node:test";
import { pageScript } from "../support/model-page.js";
import { MUTANTS } from "../support/v2-programs/mutants.js";
import { Program } from "../support/v2-programs/program.js";

const SEED = process.env.SEED && Number(process.env.SEED);
const SEEDS = Number(process.env.SEEDS ?? 100);
const SEEDS_FOR_A_MUTANT = 200;

const alone = SEED !== undefined && "one seed only";

const script = await pageScript();

test(
  alone
    ? `the program of seed ${SEED}`
    : `${SEEDS} random programs: one join, pings until it is ready, acknowledgements in order, nothing lost or left`,
  async (t) => {
    const [first, last] = SEED === undefined ? [1, SEEDS] : [SEED, SEED];
    const sums = {};
    for (let seed = first; seed <= last; seed++) {
      const program = new Program(seed, script);
      const faults = await program.play();
      if (faults.length > 0) assert.fail(`SEED=${seed}\n${[...program.steps, ...faults].join("\n")}`);
      for (const [name, count] of Object.entries(program.counts)) sums[name] = (sums[name] ?? 0) + count;
    }
    t.diagnostic(JSON.stringify(sums));
    if (alone) return;
    for (const [name, count] of Object.entries(sums)) {
      assert.ok(count > 0, `no ${name}: the programs show nothing about it`);
    }
  },
);

for (const [fault, changed] of Object.entries(MUTANTS)) {
  test(`it is found out that ${fault}`, { skip: alone }, async (t) => {
    const mutant = await pageScript(changed);
    for (let seed = 1; seed <= SEEDS_FOR_A_MUTANT; seed++) {
      // A fault may end the client, so that every call throws.
      const faults = await new Program(seed, mutant).play().catch((error) => [error.message]);
      if (faults.length > 0) return t.diagnostic(`by seed ${seed}: ${faults[0].slice(0, 100)}`);
    }
    assert.fail("nothing was noticed");
  });
}

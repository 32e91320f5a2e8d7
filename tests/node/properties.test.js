// Random programs on the package in a page of its own, with a server that cuts, forgets and answers late, in virtual time.
// To run one alone, or more of them:
//   SEED=17 node --test tests/node/properties.test.js
//   SEEDS=5000 node --test tests/node/properties.test.js

import assert from "node:assert/strict";
import { test } from "node:test";
import { pageScript } from "../support/model-page.js";
import { Program } from "../support/model-program.js";

const SEED = process.env.SEED && Number(process.env.SEED);
const SEEDS = Number(process.env.SEEDS ?? 100);

const script = await pageScript();

test(`${SEEDS} random programs: nothing lost in silence, nothing twice, one outcome each, nothing left`, async (t) => {
  const [first, last] = SEED === undefined ? [1, SEEDS] : [SEED, SEED];
  const sums = {};
  for (let seed = first; seed <= last; seed++) {
    const program = new Program(seed, script);
    const faults = await program.play();
    if (faults.length > 0) assert.fail(`SEED=${seed}\n${[...program.steps, ...faults].join("\n")}`);
    for (const [name, count] of Object.entries(program.counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  t.diagnostic(JSON.stringify(sums));
});

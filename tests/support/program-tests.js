// The tests of a kind of random programs: they show no fault of the package, and they find out every mutant of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pageScript } from "./model-page.js";

const SEED = process.env.SEED && Number(process.env.SEED);
const SEEDS = Number(process.env.SEEDS ?? 100);
const SEEDS_FOR_A_MUTANT = 200;

const alone = SEED !== undefined && "one seed only";

/**
 * Declares the tests.
 *
 * @param {new (seed: number, script: import("node:vm").Script) => any} Program
 * @param {object} options
 * @param {string} options.shows What the programs show.
 * @param {Record<string, object>} options.mutants Changes of the package, by the fault that they cause.
 * @param {string[]} [options.counted] The counts that must not be zero, or else the programs show nothing; all of them if
 *   left out.
 */
export async function testPrograms(Program, { shows, mutants, counted }) {
  const script = await pageScript();

  test(alone ? `the program of seed ${SEED}` : `${SEEDS} random programs: ${shows}`, async (t) => {
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
    for (const name of counted ?? Object.keys(sums)) {
      assert.ok(sums[name] > 0, `no ${name}: the programs show nothing about it`);
    }
  });

  for (const [fault, changed] of Object.entries(mutants)) {
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
}

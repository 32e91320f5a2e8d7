// Random programs on the typed API: clients, channels and tokens come and go while the network breaks and the server
// forgets. The server is one in the page, so that every frame and every loss is known.
// Other programs run by another seed: SEED=… PROGRAMS=1 node --test tests/typed/programs.test.js

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { typedStage } from "../support/typed-page.js";

const SEED = Number(process.env.SEED ?? 9_000);
const PROGRAMS = Number(process.env.PROGRAMS ?? (process.env.LONG ? 200 : 30));
const STEPS = 150;

const world = typedStage({});

test(`${PROGRAMS} random programs from seed ${SEED}: nothing lost in silence, nothing twice, nothing left`, async (t) => {
  const page = await world.page(t);
  const dice = await readFile(fileURLToPath(new URL("../support/random.js", import.meta.url)), "utf8");
  await page.addScriptTag({ type: "module", content: `${dice}\nwindow.Dice = Dice;` });
  await page.addScriptTag({ path: fileURLToPath(new URL("program.js", import.meta.url)), type: "module" });
  await page.waitForFunction(() => "runProgram" in window);

  const sums = {};
  for (let seed = SEED; seed < SEED + PROGRAMS; seed += 1) {
    const { complaints, counts } = await page.evaluate(([seed, steps]) => runProgram(seed, steps), [seed, STEPS]);
    assert.deepEqual(complaints, [], `SEED=${seed} PROGRAMS=1`);
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }

  t.diagnostic(JSON.stringify(sums));
  for (const name of ["heard", "replayed", "gaps", "taken", "unconfirmed", "Closed", "repeats", "regrouped"]) {
    assert.ok(sums[name] > 0, `no ${name}: the programs show nothing about it`);
  }
});

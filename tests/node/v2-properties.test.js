// Random programs use V2 of the package in a page, in virtual time. The network cuts connections with every code, handlers
// fail or never finish, and frames come that no service sends.
// To run one alone, or more of them:
//   SEED=17 node --test tests/node/v2-properties.test.js
//   SEEDS=1000 node --test tests/node/v2-properties.test.js

import { testPrograms } from "../support/program-tests.js";
import { MUTANTS } from "../support/v2-programs/mutants.js";
import { Program } from "../support/v2-programs/program.js";

await testPrograms(Program, {
  shows: "one join, pings until it is ready, acknowledgements in order, nothing lost or left",
  mutants: MUTANTS,
});

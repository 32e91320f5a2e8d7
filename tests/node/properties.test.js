// Random programs use the package in a page, in virtual time. The server of the page cuts connections, forgets, and answers
// late.
// To run one alone, or more of them:
//   SEED=17 node --test tests/node/properties.test.js
//   SEEDS=5000 node --test tests/node/properties.test.js

import { MUTANTS } from "../support/model-mutants.js";
import { Program } from "../support/model-program.js";
import { testPrograms } from "../support/program-tests.js";

const REJECTIONS = ["unconfirmed", "timeout", "destroyed", "no_public", "server_closed"];

await testPrograms(Program, {
  shows: "nothing lost in silence, nothing twice, one outcome each, nothing left",
  mutants: MUTANTS,
  counted: ["replayed", "gaps", "moved", "thrown", "repeats", "replies", "restarts", "taken", ...REJECTIONS],
});

// Runs the `*.test.js` files of a folder.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Failure, run } from "./run.mjs";
import { releaseBinary, root } from "./workspace.mjs";

/** A test that hangs has failed; no file of them takes a fifth of this. */
const LONGEST_TEST_MS = 600_000;

/** `through`: a command that starts Node in surroundings of its own. */
export function nodeTests(folder, env, through = []) {
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.js"));
  // Node calls a run of no tests a success.
  if (files.length === 0) throw new Failure(`${folder} holds no *.test.js`);
  const paths = files.map((name) => join(folder, name));
  const [program, ...args] = [...through, process.execPath, "--test", `--test-timeout=${LONGEST_TEST_MS}`, ...paths];
  return run(program, args, {
    env: { XANO_SERVER: releaseBinary("xano-realtime-server"), ...env },
  });
}

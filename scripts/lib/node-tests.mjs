// Runs the `*.test.js` files of a folder.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Failure, run } from "./run.mjs";
import { releaseBinary, root } from "./workspace.mjs";

/** A test that hangs has failed; no file of them takes a fifth of this. */
const LONGEST_TEST_MS = 600_000;

/**
 * @param {string} folder
 * @param {Record<string, string>} [env]
 * @param {object} [options]
 * @param {string[]} [options.only] files by their names without `.test.js`
 * @param {string[]} [options.except] likewise
 * @param {string[]} [options.flags] of Node
 * @param {string[]} [options.through] a command that starts Node in surroundings of its own
 */
export function nodeTests(folder, env, { only, except = [], flags = [], through = [] } = {}) {
  const all = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.js"));
  const names = all.map((name) => name.slice(0, -".test.js".length));
  const missing = [...(only ?? []), ...except].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Failure(`${folder} holds no ${missing} (.test.js)`);
  const files = all.filter((_, index) => (only ?? names).includes(names[index]) && !except.includes(names[index]));
  // Node calls a run of no tests a success.
  if (files.length === 0) throw new Failure(`${folder} holds no *.test.js`);
  const paths = files.map((name) => join(folder, name));
  const node = [process.execPath, ...flags, "--test", `--test-timeout=${LONGEST_TEST_MS}`];
  const [program, ...args] = [...through, ...node, ...paths];
  return run(program, args, {
    env: { XANO_SERVER: releaseBinary("xano-realtime-server"), ...env },
  });
}

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
 * @param {{ except?: string[], flags?: string[] }} [options] `except`: files that this run is not about
 */
export function nodeTests(folder, env, { except = [], flags = [] } = {}) {
  const all = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.js"));
  const files = all.filter((name) => !except.includes(name.slice(0, -".test.js".length)));
  if (all.length - files.length !== except.length) throw new Failure(`${folder} does not hold all of ${except}`);
  // Node calls a run of no tests a success.
  if (files.length === 0) throw new Failure(`${folder} holds no *.test.js`);
  const paths = files.map((name) => join(folder, name));
  return run(process.execPath, [...flags, "--test", `--test-timeout=${LONGEST_TEST_MS}`, ...paths], {
    env: { XANO_SERVER: releaseBinary("xano-realtime-server"), ...env },
  });
}

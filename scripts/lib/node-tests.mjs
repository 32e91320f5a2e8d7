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
 * @param {{ only?: string[], except?: string[], flags?: string[] }} [options] files by their names without `.test.js`
 */
export function nodeTests(folder, env, { only, except = [], flags = [] } = {}) {
  const all = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.js"));
  const names = all.map((name) => name.slice(0, -".test.js".length));
  const missing = [...(only ?? []), ...except].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Failure(`${folder} holds no ${missing} (.test.js)`);
  const files = all.filter((_, index) => (only ?? names).includes(names[index]) && !except.includes(names[index]));
  // Node calls a run of no tests a success.
  if (files.length === 0) throw new Failure(`${folder} holds no *.test.js`);
  const paths = files.map((name) => join(folder, name));
  return run(process.execPath, [...flags, "--test", `--test-timeout=${LONGEST_TEST_MS}`, ...paths], {
    env: { XANO_SERVER: releaseBinary("xano-realtime-server"), ...env },
  });
}

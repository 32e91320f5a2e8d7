// npm, npx and Node as a user starts them at a terminal.

import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const LONGEST_COMMAND_MS = 120_000;
/** What npm and this repository's tests tell the programs that they start. */
const OURS = /^(npm_|XANO_|INIT_CWD$|NODE_TEST_CONTEXT$|PORT$)/i;

const execute = promisify(execFile);

/** The variables of this process without what `npm run` and the tests have added. */
export function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));
}

/** Resolves with what it prints. */
export function npm(folder, env, ...args) {
  return run(folder, env, ...npmCommand("npm"), ...args);
}

/** Resolves with what the program prints to standard output; rejects with all that it prints if it fails. */
export async function run(cwd, env, program, ...args) {
  try {
    return (await execute(program, args, { cwd, env, timeout: LONGEST_COMMAND_MS })).stdout;
  } catch (error) {
    throw new Error(`${[program, ...args].join(" ")}: ${error.code ?? error.signal}\n${error.stdout}${error.stderr}`);
  }
}

/** `npm` or `npx`: started through Node, they need no shell on Windows. */
export function npmCommand(name) {
  const script = process.env.npm_execpath;
  return script ? [process.execPath, join(dirname(script), `${name}-cli.js`)] : [name];
}

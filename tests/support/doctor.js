// The doctor of the built package, run as `npx xano-wasm doctor` runs it.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../pkg/doctor/cli.js", import.meta.url));

/** Resolves with its exit status and what it printed. */
export function doctor(args, env) {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, "doctor", ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** Runs it with `--json`, and resolves with its exit status, the whole output and a function that gives a step. */
export async function examined(args, env) {
  const { status, stdout } = await doctor([...args, "--json"], env);
  const { holds, steps } = JSON.parse(stdout);
  return { status, stdout, holds, steps, step: (name) => steps.find(({ step }) => step === name) };
}

/** The arguments for a server of `startServer`. */
export function argumentsFor({ clientSettings: { apiGroupBaseUrl, realtimeConnectionHash } }, ...more) {
  return ["--base-url", apiGroupBaseUrl, "--hash", realtimeConnectionHash, ...more];
}

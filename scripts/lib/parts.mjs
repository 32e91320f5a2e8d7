// Runs the named parts of a command one after the other, with the time each took, and sums up.
import { Failure } from "./run.mjs";

/** A part that this platform cannot run: it is listed, and the command does not count as passed. */
export class Unavailable extends Error {}

const EXIT = { passed: 0, failed: 1, unavailable: 2 };

/**
 * @param {string} command as the user typed it
 * @param {[name: string, work: () => Promise<void> | void][]} parts
 *
 * Stops at the first part that fails: the later ones need what the earlier ones made.
 */
export async function runParts(command, parts) {
  const results = [];
  for (const [name, work] of parts) {
    console.log(`\n== ${name}`);
    const result = await timed(name, work);
    results.push(result);
    console.log(`== ${describe(result)}`);
    if (result.outcome === "failed") break;
  }
  finish(command, results, parts.length);
}

async function timed(name, work) {
  const start = performance.now();
  const result = { name, outcome: "passed" };
  try {
    await work();
  } catch (error) {
    result.outcome = error instanceof Unavailable ? "unavailable" : "failed";
    result.reason = error instanceof Failure || error instanceof Unavailable ? error.message : error.stack;
  }
  result.seconds = (performance.now() - start) / 1000;
  return result;
}

function finish(command, results, total) {
  const worst = ["failed", "unavailable"].find((outcome) => results.some((result) => result.outcome === outcome));
  console.log(`\n${command}`);
  for (const result of results) console.log(`  ${describe(result)}`);
  if (results.length < total) console.log(`  not run: ${total - results.length} more`);
  console.log(`${command}: ${worst ?? "passed"}`);
  process.exitCode = EXIT[worst ?? "passed"];
}

function describe({ name, outcome, seconds, reason }) {
  const line = `${name}: ${outcome}, ${seconds.toFixed(1)} s`;
  return reason ? `${line}\n     ${reason}` : line;
}

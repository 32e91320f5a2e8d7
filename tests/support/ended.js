// The end of a process that a test started.

import { once } from "node:events";

/** Sends the signal, unless the process is gone already, and resolves when it is. */
export async function ended(child, signal) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

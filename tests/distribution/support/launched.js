// A server that some other process has started, and the proof that nothing of it is left.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { cleanEnvironment } from "./commands.js";

/**
 * Starts a program that prints the URL of a server, and resolves when it has.
 *
 * `toTheEnd()` resolves with the exit status of the program when every process that has inherited its pipes has ended, and
 * nothing listens at the URL.
 */
export async function launched(command, { cwd, env, detached } = {}) {
  const options = { cwd, env: { ...cleanEnvironment(), ...env }, detached, stdio: "pipe" };
  const child = spawn(command[0], command.slice(1), options);
  const closed = once(child, "close");
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (text) => (said[stream] += text));
  }
  const url = await Promise.race([
    printedUrl(child.stdout),
    closed.then(([code]) => assert.fail(`it ended with ${code} before the server listened: ${said.stderr}`)),
  ]);
  const connection = await connected(url);
  return {
    child,
    url,
    /** What it has printed, of use after `toTheEnd()`. */
    said,

    async toTheEnd() {
      const [[code]] = await Promise.all([closed, connection.closed]);
      await assert.rejects(connected(url), { code: "ECONNREFUSED" });
      return code;
    },
  };
}

/** The first URL that is printed. Whatever comes behind it is read and forgotten. */
function printedUrl(stdout) {
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on("line", (line) => {
      const url = /https?:\/\/[^\s/]+/.exec(line)?.[0];
      if (url) resolve(url);
    });
  });
}

/** A TCP connection to the server: it closes when the server ends, in whatever way. */
async function connected(url) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const closed = once(socket, "close");
  closed.catch(() => {});
  socket.on("error", () => {});
  await once(socket, "connect");
  return { closed };
}

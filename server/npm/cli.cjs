#!/usr/bin/env node
// The command `xano-realtime-server`: finds the server's program, runs it, and never leaves it behind.
"use strict";

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { constants } = require("node:os");
const { findBinary } = require("./lib/binary.cjs");
const demo = require("./lib/demo.cjs");
const { whenParentEnds } = require("./lib/parent.cjs");
const { EXIT_FLAG, stop, withExitFlag } = require("./lib/stop.cjs");

/** @type {NodeJS.Signals[]} */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);

/**
 * Runs the server until it ends, and resolves with its exit status.
 *
 * @param {string[]} args
 */
async function main(args) {
  return demo.isWanted(args) ? serveDemo() : ended(start(args, "inherit"));
}

async function serveDemo() {
  const server = start(demo.demoArguments(), "pipe");
  const [status, hasListened] = await Promise.all([ended(server), demo.printInWords(server.stdout)]);
  const advice = hasListened ? undefined : await demo.adviceOnPort();
  if (advice) console.error(advice);
  return status;
}

/**
 * Starts a server that receives this process's signals, and that ends with this process or with the parent of this
 * process.
 *
 * @param {string[]} args
 * @param {"inherit" | "pipe"} stdout
 */
function start(args, stdout) {
  const server = spawn(findBinary(), withExitFlag(args), { stdio: ["pipe", stdout, "inherit"] });
  // Closing the pipe to a server that has just ended is not an error.
  server.stdin?.on("error", () => {});
  for (const signal of SIGNALS) {
    process.on(signal, () => (process.platform === "win32" ? stop(server) : server.kill(signal)));
  }
  whenParentEnds(() => stop(server));
  // The flag applies to this process too.
  if (args.includes(EXIT_FLAG)) process.stdin.on("end", () => stop(server)).resume();
  return server;
}

/** @param {import("node:child_process").ChildProcess} server */
async function ended(server) {
  const [code, signal] = await once(server, "close").catch((error) => {
    throw new Error(`${server.spawnfile} cannot be started: ${error.message}`);
  });
  return code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)];
}

// The end of the server. Its standard input is a pipe that its parent holds, and it stops when the pipe closes.
"use strict";

/** The flag that makes the server stop at the end of standard input. */
const EXIT_FLAG = "--exit-on-stdin-close";

/**
 * Returns the arguments with the flag exactly once, because the server refuses it twice.
 *
 * @param {readonly string[]} args
 */
function withExitFlag(args) {
  return [EXIT_FLAG, ...args.filter((argument) => argument !== EXIT_FLAG)];
}

/**
 * Stops the server by closing the pipe. This has the same effect as SIGTERM, and it works on Windows, where a signal
 * from Node would kill the process.
 *
 * @param {import("node:child_process").ChildProcess} server
 */
function stop(server) {
  server.stdin?.end();
}

/**
 * Sets whether the server keeps this process alive. If not, both end together, because the pipe closes.
 *
 * @param {import("node:child_process").ChildProcess} server
 * @param {boolean} does
 */
function keepAlive(server, does) {
  // The pipes of a process are sockets, although their types do not say so.
  for (const handle of /** @type {import("node:net").Socket[]} */ ([server, ...server.stdio])) {
    if (does) handle.ref();
    else handle.unref();
  }
}

module.exports = { EXIT_FLAG, keepAlive, stop, withExitFlag };

// The end of the server: its standard input is a pipe that its parent holds, and it ends when that closes.
"use strict";

/** The flag that makes it so. */
const EXIT_FLAG = "--exit-on-stdin-close";

/**
 * The arguments with the flag once: the server refuses it twice.
 *
 * @param {readonly string[]} args
 */
function withExitFlag(args) {
  return [EXIT_FLAG, ...args.filter((argument) => argument !== EXIT_FLAG)];
}

/**
 * Stops the server as SIGTERM does, on Windows too: there a signal from Node would end it at once.
 *
 * @param {import("node:child_process").ChildProcess} server
 */
function stop(server) {
  server.stdin?.end();
}

/**
 * Whether the server keeps this process alive. If not, both end together, as the pipe closes.
 *
 * @param {import("node:child_process").ChildProcess} server
 * @param {boolean} does
 */
function keepAlive(server, does) {
  // The pipes of a process are sockets, whatever the types say.
  for (const handle of /** @type {import("node:net").Socket[]} */ ([server, ...server.stdio])) {
    if (does) handle.ref();
    else handle.unref();
  }
}

module.exports = { EXIT_FLAG, keepAlive, stop, withExitFlag };

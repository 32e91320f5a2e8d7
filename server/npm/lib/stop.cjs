// The end of the server: its standard input is a pipe that its parent holds, and it ends when that closes.
"use strict";

/** The flag that makes it so. */
const EXIT_FLAG = "--exit-on-stdin-close";

/** The arguments with the flag once: the server refuses it twice. */
function withExitFlag(args) {
  return [EXIT_FLAG, ...args.filter((argument) => argument !== EXIT_FLAG)];
}

/** Stops the server as SIGTERM does, on Windows too: there a signal from Node would end it at once. */
function stop(server) {
  server.stdin.end();
}

module.exports = { EXIT_FLAG, stop, withExitFlag };

// The end of the server: its standard input is a pipe that its parent holds, and it ends when that closes.
"use strict";

/** The flag that makes it so. */
const EXIT_FLAG = "--exit-on-stdin-close";
const PARENT_CHECK_MS = 200;

/** The arguments with the flag once: the server refuses it twice. */
function withExitFlag(args) {
  return [EXIT_FLAG, ...args.filter((argument) => argument !== EXIT_FLAG)];
}

/** Stops the server as SIGTERM does, on Windows too: there a signal from Node would end it at once. */
function stop(server) {
  server.stdin.end();
}

/** Calls `ended` once the process that started this one has gone. Does not keep this process alive. */
function whenParentEnds(ended) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    ended();
  }, PARENT_CHECK_MS);
  timer.unref();
}

module.exports = { EXIT_FLAG, stop, whenParentEnds, withExitFlag };

// The parent of this process. When it has ended, the server must not keep running.
"use strict";

const { readFileSync } = require("node:fs");

const CHECK_MS = 200;

/**
 * Calls `ended` after the parent has ended. Does not keep this process alive.
 *
 * @param {() => void} ended
 */
function whenParentEnds(ended) {
  const started = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === started) return;
    clearInterval(timer);
    ended();
  }, CHECK_MS);
  timer.unref();
}

/** Returns the ids of the processes on which this process depends. They change when a parent ends. */
function ancestors() {
  const parent = process.ppid;
  // npm starts a command through a shell, which keeps running after npm was killed.
  return process.env.npm_command ? `${parent} ${parentOf(parent)}` : `${parent}`;
}

/**
 * Returns the parent of another process, on Linux.
 *
 * @param {number} pid
 */
function parentOf(pid) {
  try {
    return /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

module.exports = { whenParentEnds };

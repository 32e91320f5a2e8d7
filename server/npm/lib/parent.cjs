// The process that has started this one: the server is not to run on when it has gone.
"use strict";

const { readFileSync } = require("node:fs");

const CHECK_MS = 200;

/**
 * Calls `ended` once the parent has gone. Does not keep this process alive.
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

/** The process ids on which this process depends: an orphan gets another parent. */
function ancestors() {
  const parent = process.ppid;
  // npm starts a command through a shell, which lives on when npm is killed.
  return process.env.npm_command ? `${parent} ${parentOf(parent)}` : `${parent}`;
}

/**
 * The parent of another process, where Linux tells it.
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

// The CPU time of the thread that runs a page's JavaScript: unlike a clock it does not go on while others have the cores.

import { readdirSync, readFileSync } from "node:fs";

/** What the processes are called that run pages: in Chromium, Firefox and WebKitGTK. */
const RUNS_PAGES = /--type=renderer|-contentproc\b.*\btab\b|WebKitWebProcess/;

/**
 * Calls `work`, with which a page is busy, and resolves to the nanoseconds that its thread took: of the pages of this
 * process's browsers the busiest.
 */
export async function pageTime(work) {
  const before = timesOfPages();
  await work();
  const after = timesOfPages();
  const busiest = Math.max(...[...after].map(([pid, time]) => time - (before.get(pid) ?? 0)));
  if (!(busiest > 0))
    throw new Error("no process of a page is to be found in /proc, or the kernel does not say its time");
  return busiest;
}

/** A page's JavaScript runs in the first thread of its process. */
function timesOfPages() {
  const pids = descendants().filter((pid) => RUNS_PAGES.test(read(pid, "cmdline").replaceAll("\0", " ")));
  return new Map(pids.map((pid) => [pid, Number(read(pid, "schedstat").split(" ")[0])]));
}

/** The processes that this one has started, and the descendants of each. */
function descendants() {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => [pid, parentOf(pid)]);
  const found = [String(process.pid)];
  for (const ancestor of found) {
    for (const [pid, parent] of parents) if (parent === ancestor) found.push(pid);
  }
  return found;
}

function parentOf(pid) {
  // The name of the program, in parentheses, may hold anything.
  return read(pid, "stat").split(") ").at(-1).split(" ")[1];
}

/** Nothing, where the process has ended since. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

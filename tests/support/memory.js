// The memory of a server's process, which is read from /proc.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

export const MEGABYTE = 1_048_576;

/** Why a test that measures memory is skipped here; `false` where it is not. */
export const skip = process.platform === "linux" ? false : "reads /proc";

/** What a process holds now and what it held at most, in bytes of resident memory. */
export async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)[1]);
  return { now: kilobytes("VmRSS") * 1_024, peak: kilobytes("VmHWM") * 1_024 };
}

/** Watches the memory of a server from now on. Both methods fail when it has grown by as many bytes or more. */
export async function watchMemory({ pid }) {
  const before = (await memoryOf(pid)).now;
  const check = (bytes, most, when) => {
    assert.ok(bytes - before < most, `${Math.round((bytes - before) / MEGABYTE)} MB more ${when}`);
  };
  return {
    async peakedBelow(bytes) {
      check((await memoryOf(pid)).peak, bytes, "at the peak");
    },
    async isBelow(bytes) {
      check((await memoryOf(pid)).now, bytes, "now");
    },
  };
}

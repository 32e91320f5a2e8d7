// The server's packed programs for Linux, started on an x64 computer, the ones for arm64 with an emulator.
// `npm run pack -- --all` runs this.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { OLDEST_GLIBC } from "../../scripts/lib/dist.mjs";
import { TARGETS } from "../../scripts/lib/server-targets.mjs";
import { chatOn } from "../support/one-chat.js";
import { SingleServer } from "../support/single-server.js";

/** With the place where Debian's package libc6-arm64-cross puts the C library, for programs that are not static. */
const ARM64_EMULATOR = ["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"];

for (const { name, cpu, libc, program } of TARGETS.filter(({ os }) => os === "linux")) {
  const path = fileURLToPath(new URL(`../../target/npm/${name}/${program}`, import.meta.url));

  test(`${name} answers /health, carries a chat and ends at SIGTERM with status 0`, async (t) => {
    const emulator = cpu === "arm64" ? ARM64_EMULATOR : [];
    const server = new SingleServer({ command: [...emulator, path] });
    t.after(() => server.dispose());
    await server.start();
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
    await chatOn(server);
    assert.equal(await server.stop(), 0);
  });

  if (libc !== "glibc") continue;
  test(`${name} asks for no version of glibc after ${OLDEST_GLIBC}`, async () => {
    const text = await readFile(path, "latin1");
    const versions = [...text.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => major * 1000 + Number(minor));
    const [major, minor] = OLDEST_GLIBC.split(".").map(Number);
    assert.ok(versions.length > 0, "it is linked with glibc");
    assert.ok(Math.max(...versions) <= major * 1000 + minor, `${Math.max(...versions)}`);
  });
}

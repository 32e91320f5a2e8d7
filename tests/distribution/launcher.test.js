// The command `xano-realtime-server`: which program it runs, and what it says when something is in the way.

import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { releaseBinary } from "../../scripts/lib/workspace.mjs";
import { TARGETS } from "../../scripts/lib/server-targets.mjs";
import { cleanEnvironment, run } from "./support/commands.js";
import { launched } from "./support/launched.js";

const LAUNCHER = join(import.meta.dirname, "../../server/npm/cli.cjs");
const binary = releaseBinary("xano-realtime-server");

let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "xano-launcher-"));
});

after(() => rm(folder, { recursive: true, force: true }));

test("its exit status is that of the server", async () => {
  assert.match(await launch(["--version"]), /^xano-realtime-server \d+\.\d+\.\d+\n$/);
  await assert.rejects(launch(["--no-such-flag"]), /: 2\nerror: unexpected argument '--no-such-flag'/);
});

test("a server that a signal ends gives 128 and the signal's number", async () => {
  await assert.rejects(launch([], await script("kill -9 $$")), /: 137\n$/);
});

test("the first line is the server's when it is told where to listen", async () => {
  const server = await launched([process.execPath, LAUNCHER, "--listen", "127.0.0.1:0"], {
    env: { XANO_SERVER_BINARY: binary },
  });
  server.child.kill("SIGTERM");
  assert.equal(await server.toTheEnd(), 0);
  assert.match(server.said.stdout, /^listening on http:\/\/127\.0\.0\.1:\d+\n/);
});

describe("without arguments", () => {
  test("and without a variable of the server, it adds the demo", async () => {
    const told = await launch([], await script('echo "$@"'), { PORT: "3000" });
    assert.equal(told, "--exit-on-stdin-close --demo --listen 127.0.0.1:3000\n");
  });

  test("and with a variable of the server, it adds nothing", async () => {
    const told = await launch([], await script('echo "$@"'), { XANO_LISTEN: "127.0.0.1:0" });
    assert.equal(told, "--exit-on-stdin-close\n");
  });

  test("a port in use is named, with what to do", async (t) => {
    const other = createServer().listen(0, "127.0.0.1");
    t.after(() => other.close());
    await once(other, "listening");
    const { port } = other.address();
    await assert.rejects(
      launch([], binary, { PORT: String(port) }),
      new RegExp(
        `: 1\\n.*cannot listen on 127\\.0\\.0\\.1:${port}.*\\nPort ${port} .+ --demo --listen 127\\.0\\.0\\.1:0`,
        "s",
      ),
    );
  });
});

describe("where no program is found", () => {
  test("XANO_SERVER_BINARY that names no file is said", async () => {
    await assert.rejects(
      launch([], join(folder, "none")),
      /: 1\nXANO_SERVER_BINARY is .+none, and there is no such file\.\n$/,
    );
  });

  test("a program that cannot be started is named", async () => {
    const file = join(folder, "text");
    await writeFile(file, "text");
    await assert.rejects(launch(["--help"], file), /: 1\n.+text cannot be started: .*EACCES\n$/);
  });

  test("a platform without a package is named", async () => {
    const sentence = /: 1\nxano-realtime-server has no program for this platform \(xano-realtime-server-\w+-mips.*\n$/;
    await assert.rejects(launchOn('Object.defineProperty(process, "arch", { value: "mips" });'), sentence);
  });

  test("Node that is linked with musl takes the package for musl", async () => {
    const alpine = `
      Object.defineProperty(process, "platform", { value: "linux" });
      process.report.getReport = () => ({ header: {} });
    `;
    await assert.rejects(launchOn(alpine), /: 1\n.*\(xano-realtime-server-linux-\w+-musl would/);
  });
});

test("every platform of the table has another package", () => {
  assert.equal(new Set(TARGETS.map(({ name }) => name)).size, TARGETS.length);
  for (const { name, os, cpu } of TARGETS) assert.ok(name.startsWith(`xano-realtime-server-${os}-${cpu}`), name);
});

function launch(args, program = binary, env = {}) {
  const variables = { ...cleanEnvironment(), XANO_SERVER_BINARY: program, ...env };
  return run(folder, variables, process.execPath, LAUNCHER, ...args);
}

/** Without a program, on another platform: `code` changes what Node says of it. */
async function launchOn(code) {
  const file = join(folder, "platform.cjs");
  await writeFile(file, code);
  return run(folder, cleanEnvironment(), process.execPath, "--require", file, LAUNCHER);
}

/** A program that takes the server's place. */
async function script(text) {
  const file = join(folder, "script.sh");
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

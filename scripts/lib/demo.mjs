// The Marvel chat demo: what it takes to build it, and the servers that serve it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { printInWords } from "../../server/npm/lib/demo.cjs";
import { programParts } from "./build.mjs";
import { ensureNodePackages, ensureRustToolchain } from "./prerequisites.mjs";
import { Failure } from "./run.mjs";
import { releaseBinary } from "./workspace.mjs";

/** The parts for `runParts`. The port is asked first: an occupied port should be known before the build. */
export function demoParts(...ports) {
  return [
    ...ports.map((port) => [`port ${port}`, () => requireFreePort(port)]),
    ["npm packages", ensureNodePackages],
    ["Rust toolchain", ensureRustToolchain],
    ...programParts(),
  ];
}

async function requireFreePort(port) {
  if (!/^\d+$/.test(port) || port > 65535) throw new Failure(`PORT is "${port}": give a number up to 65535`);
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    throw new Failure(`port ${port} cannot be used (${error.code}): choose another one with the variable PORT`);
  }
  probe.close();
  await once(probe, "close");
}

/** A server of the demo, which lasts until it is told to stop. `welcome(url)` is what is printed when it listens. */
export function startDemo(port, welcome, ...options) {
  return startServer(port, welcome, "--demo", ...options);
}

/** A server with these options, likewise. */
export function startServer(port, welcome, ...options) {
  const args = ["--listen", `127.0.0.1:${port}`, ...options];
  const server = spawn(releaseBinary("xano-realtime-server"), args, { stdio: ["ignore", "pipe", "inherit"] });
  process.on("SIGTERM", () => server.kill("SIGTERM"));
  printInWords(server.stdout, welcome);
  return server;
}

/** Resolves when it has stopped; says so, and this process fails if it has. */
export async function stopped(server) {
  const [code, signal] = await once(server, "exit");
  process.exitCode ||= code ?? 1;
  console.log(code === 0 ? "The server has stopped." : `The server has failed (${signal ?? `exit status ${code}`}).`);
}

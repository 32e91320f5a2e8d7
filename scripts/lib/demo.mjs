// The Marvel chat demo: what it takes to build it, and the servers that serve it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
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

/** A server of the demo, which lasts until it is told to stop. `say` is called with each line that it prints. */
export function startDemo(port, say, ...options) {
  const args = ["--listen", `127.0.0.1:${port}`, "--demo", ...options];
  const server = spawn(releaseBinary("xano-realtime-server"), args, { stdio: ["ignore", "pipe", "inherit"] });
  process.on("SIGTERM", () => server.kill("SIGTERM"));
  createInterface({ input: server.stdout }).on("line", say);
  return server;
}

/** Resolves when it has stopped; says so, and this process fails if it has. */
export async function stopped(server) {
  const [code, signal] = await once(server, "exit");
  process.exitCode ||= code ?? 1;
  console.log(code === 0 ? "The server has stopped." : `The server has failed (${signal ?? `exit status ${code}`}).`);
}

/** What the server says, in words for the user who started it. */
export function inWords(line, welcome) {
  const url = /^listening on (\S+)$/.exec(line)?.[1];
  const tokenFile = /^admin token in (.+)$/.exec(line)?.[1];
  // There is no file when the environment names a token: then the server makes none.
  return url ? welcome(url) : tokenFile ? `The admin token is in ${tokenFile}\n` : line;
}

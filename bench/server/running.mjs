// Starts a server for one measurement, loads it, and stops it.
import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../../scripts/lib/run.mjs";
import { releaseBinary } from "../../scripts/lib/workspace.mjs";

/**
 * What the load generator reports about a fresh server.
 *
 * @param {import("./contenders.mjs").Contender} contender
 * @param {string[]} workload arguments of bench-load, the subcommand first
 */
export async function measure(contender, [subcommand, ...options]) {
  const folder = mkdtempSync(join(tmpdir(), "bench-server-"));
  // Some servers run as a user of their own.
  chmodSync(folder, 0o777);
  mkdirSync(join(folder, "temporary"));
  const ports = await Promise.all(Array.from({ length: contender.servers ?? 1 }, freePort));
  const server = start(contender.command({ port: ports[0], ports, folder }));
  try {
    await Promise.race([server.exited, Promise.all(ports.map(accepts))]);
    const addresses = ports.flatMap((port) => ["--address", `127.0.0.1:${port}`]);
    const about = [...addresses, "--pid", String(server.pid), "--dialect", contender.dialect];
    const loading = promisify(execFile)(...unlimited([releaseBinary("bench-load"), subcommand, ...about, ...options]));
    const { stdout } = await Promise.race([server.exited, loading]);
    return JSON.parse(stdout);
  } catch (error) {
    throw new Failure(
      `${contender.name}, ${subcommand} ${options.join(" ")}: ${error.stderr?.trim() || error.message}`,
    );
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The path of a configuration of `peers/`, with what stands in capitals filled in. */
export function filledIn(template, values) {
  let text = readFileSync(join(import.meta.dirname, "peers", template), "utf8");
  for (const [name, value] of Object.entries(values)) {
    text = text.replace(new RegExp(`\\b${name.toUpperCase()}\\b`, "g"), String(value));
  }
  const path = join(values.folder, template);
  writeFileSync(path, text);
  return path;
}

function start(command) {
  const child = spawn(...unlimited(command), { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (data) => {
    said = (said + data).slice(-2_000);
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const exited = Promise.race([
    ended.then((code) => Promise.reject(new Failure(`the server ended with ${code}: ${said}`))),
    new Promise((_, reject) => child.on("error", reject)),
  ]);
  exited.catch(() => {});
  return {
    pid: child.pid,
    exited,
    stop: async () => {
      if (child.exitCode === null && child.pid) child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      if (child.pid) await ended;
      clearTimeout(patience);
    },
  };
}

/** Thousands of sockets need as many file descriptors. The process that is started is the program's own. */
function unlimited(command) {
  return ["sh", ["-c", 'ulimit -n "$(ulimit -H -n)"; exec "$@"', "sh", ...command]];
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function accepts(port) {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    if (await canConnect(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Failure(`nobody listens on port ${port}`);
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

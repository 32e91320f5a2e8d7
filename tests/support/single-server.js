// The real server binary as a process of its own, on a port of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ended } from "./ended.js";
import { HASH } from "./settings.js";

/** What the server that a test talks to is called: it has a `port`. */
export class Served {
  #hash;

  constructor({ settings }) {
    this.#hash = settings?.hash ?? HASH;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get socketUrl() {
    return `ws://127.0.0.1:${this.port}/rt/${this.#hash}`;
  }

  /** The address of a Realtime server (V2): of its canonical, or of `tenant:canonical`. */
  v2Url(address) {
    return `ws://127.0.0.1:${this.port}/ws/${address}`;
  }

  /** What a page passes to `new XanoClient`. */
  get clientSettings() {
    return { apiGroupBaseUrl: `${this.url}/api:demo`, realtimeConnectionHash: this.#hash };
  }
}

/**
 * One process. For the options see `startServer`, and: `adminToken`, where the server does not make its own; `args`, more
 * flags; `env`, more variables; `command`, the program and its first arguments in place of the binary; `stderr`, a file descriptor for standard
 * error; `descriptors`, how many file descriptors it may have open, not on Windows.
 */
export class SingleServer extends Served {
  #options;
  #process;
  #folder;
  #tokenFile;
  /** What it has written to standard error. */
  log = "";

  constructor(options) {
    super(options);
    this.#options = options;
    /** 0 until the first start; kept from then on, so that a restarted server is found again. */
    this.port = 0;
  }

  async start() {
    const { secret, adminToken, descriptors, stderr = "pipe" } = this.#options;
    const env = { ...process.env, ...this.#options.env };
    if (secret) env.XANO_SECRET = secret;
    if (adminToken) env.XANO_ADMIN_TOKEN = adminToken;
    const command = [...(this.#options.command ?? [serverBinary()]), ...(await this.#arguments())];
    if (descriptors) command.unshift("sh", "-c", `ulimit -n ${descriptors}; exec "$0" "$@"`);
    const child = spawn(command[0], command.slice(1), { env, stdio: ["ignore", "pipe", stderr] });
    this.#process = child;
    child.stderr?.setEncoding("utf8").on("data", (text) => (this.log += text));
    const lines = createInterface({ input: child.stdout });
    this.#tokenFile = valueIn(lines, /^admin token in (.+)$/);
    this.port = Number(await boundPort(child, lines));
  }

  /** Its process id. */
  get pid() {
    return this.#process.pid;
  }

  /** What opens the admin's endpoints, from the file that the server printed; another one after each start. */
  async adminToken() {
    return (await readFile(await this.#tokenFile, "utf8")).trim();
  }

  /** Ends it as an operator does; clients see close code 1012. Resolves with its exit status, `null` after a signal. */
  stop() {
    return this.#end("SIGTERM");
  }

  /** Ends it as a crash does; clients see close code 1006. */
  kill() {
    return this.#end("SIGKILL");
  }

  /** Resolves when it has ended by itself, with its exit status, `null` after a signal. */
  async exited() {
    const child = this.#process;
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return child.exitCode;
  }

  /** Ends it for good and removes its settings file. */
  async dispose() {
    await this.stop();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal) {
    const child = this.#process;
    this.#process = undefined;
    await ended(child, signal);
    return child?.exitCode;
  }

  async #arguments() {
    const { settings, limits = {}, www, redis, args: more = [] } = this.#options;
    const args = ["--listen", `127.0.0.1:${this.port}`, ...more];
    if (settings) args.push("--config", await this.#settingsFile(settings));
    if (redis) args.push("--redis", redis);
    if (www) args.push("--www", www);
    for (const [name, value] of Object.entries(limits)) args.push("--limit", `${name}=${value}`);
    return args;
  }

  async #settingsFile(settings) {
    this.#folder ??= await mkdtemp(join(tmpdir(), "xano-server-"));
    const file = join(this.#folder, "realtime.json");
    await writeFile(file, JSON.stringify(settings));
    return file;
  }
}

/** The port from the line `listening on http://ADDR`, or https; rejects with the server's own words if it ends before. */
function boundPort(child, lines) {
  return new Promise((resolve, reject) => {
    let complaints = "";
    child.stderr?.setEncoding("utf8").on("data", (text) => (complaints += text));
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`the server ended (${signal ?? code}) before it listened: ${complaints}`)),
    );
    valueIn(lines, /^listening on https?:\/\/.*:(\d+)$/).then(resolve);
  });
}

/** What the pattern captures of the first line that it matches. */
function valueIn(lines, pattern) {
  return new Promise((resolve) => {
    lines.on("line", (line) => {
      const value = pattern.exec(line)?.[1];
      if (value) resolve(value);
    });
  });
}

function serverBinary() {
  const name = process.platform === "win32" ? "xano-realtime-server.exe" : "xano-realtime-server";
  const path = process.env.XANO_SERVER ?? fileURLToPath(new URL(`../../target/release/${name}`, import.meta.url));
  if (existsSync(path)) return path;
  throw new Error(`no server at ${path}: run \`cargo build --release -p xano-realtime-server\`, or set XANO_SERVER`);
}

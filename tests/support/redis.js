// A real Redis as a process of its own, without a port: it is reached through a file in a folder of its own. It writes
// everything down (append-only file), so that it knows it again after a restart.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ended } from "./ended.js";

/** Before it answers: otherwise a crash costs up to two seconds. */
const KEEPS_EVERYTHING = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];

export async function startRedis() {
  const redis = new Redis(await mkdtemp(join(tmpdir(), "xano-redis-")));
  await redis.start();
  return redis;
}

class Redis {
  #folder;
  #process;

  constructor(folder) {
    this.#folder = folder;
  }

  get url() {
    return `redis+unix://${this.#socket}`;
  }

  /** Resolves once it answers. */
  async start() {
    const options = ["--port", "0", "--unixsocket", this.#socket, "--dir", this.#folder];
    const child = spawn("redis-server", [...options, ...KEEPS_EVERYTHING], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#process = child;
    await new Promise((resolve, reject) => {
      child.once("error", (error) => reject(new Error(`no redis-server: install Redis (${error.code})`)));
      child.once("exit", (code, signal) => reject(new Error(`the redis-server ended (${signal ?? code})`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (/ready to accept connections/i.test(line)) resolve();
      });
    });
  }

  /** Ends it as a crash does. */
  kill() {
    return this.#end("SIGKILL");
  }

  /** From now on it does nothing, and its connections stay open. */
  freeze() {
    this.#process.kill("SIGSTOP");
  }

  thaw() {
    this.#process.kill("SIGCONT");
  }

  /** How many bytes it has sent to all its clients since it started. */
  async sentBytes() {
    const socket = connect(this.#socket);
    socket.write("INFO stats\r\n");
    let text = "";
    while (!/total_net_output_bytes:\d+\r/.test(text)) text += (await once(socket, "data"))[0];
    socket.destroy();
    return Number(/total_net_output_bytes:(\d+)/.exec(text)[1]);
  }

  async dispose() {
    await this.#end("SIGKILL");
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal) {
    const child = this.#process;
    this.#process = undefined;
    await ended(child, signal);
  }

  get #socket() {
    return join(this.#folder, "redis.sock");
  }
}

// A Redis in a folder, and servers that share it: `over-redis.mjs FOLDER PORT,PORT… COMMAND…`. SIGTERM ends them all.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [folder, ports, ...command] = process.argv.slice(2);
const socket = join(folder, "redis.sock");
// Written down once a second, as many run it.
const KEEPS = ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"];

const redis = spawn("redis-server", ["--port", "0", "--unixsocket", socket, "--dir", folder, ...KEEPS], {
  stdio: ["ignore", "pipe", "inherit"],
});
const children = [redis];
process.on("SIGTERM", () => children.reverse().forEach((child) => child.kill("SIGTERM")));

for await (const line of createInterface({ input: redis.stdout })) {
  if (/ready to accept connections/i.test(line)) break;
}
redis.stdout.resume();
for (const port of ports.split(",")) {
  const [program, ...options] = command;
  const listen = ["--listen", `127.0.0.1:${port}`, "--redis", `redis+unix://${socket}`];
  children.push(spawn(program, [...options, ...listen], { stdio: "inherit" }));
}
await Promise.all(children.map((child) => once(child, "exit")));

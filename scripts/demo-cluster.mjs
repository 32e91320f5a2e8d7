// npm run demo:cluster: builds everything and serves the Marvel chat demo from two servers that share a Redis.
import { startRedis } from "../tests/support/redis.js";
import { demoParts, startDemo, stopped } from "./lib/demo.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureRedis } from "./lib/prerequisites.mjs";

const port = process.env.PORT || "8080";
const ports = [port, `${Number(port) + 1}`];
const urls = [];

await runParts("build", [...demoParts(...ports), ["Redis", ensureRedis]]);
if (!process.exitCode) await serve();

async function serve() {
  // Ctrl-C reaches the servers too; this process waits until they have said goodbye to their clients.
  process.on("SIGINT", () => {});
  const redis = await startRedis();
  try {
    await Promise.all(ports.map((port) => stopped(startDemo(port, greet, "--redis", redis.url))));
  } finally {
    await redis.dispose();
  }
}

function greet(url) {
  return urls.push(url) === ports.length ? welcome() : `${url} is ready`;
}

function welcome() {
  return `
The Marvel chat is ready, on two servers that share a Redis:

${urls.map((url) => `    ${url}/`).join("\n")}

Open both and write in one of them. Ctrl-C stops them, and the Redis.
`;
}

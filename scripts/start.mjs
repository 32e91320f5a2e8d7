// npm start: builds everything and serves the Marvel chat demo.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildPackage, buildPrograms } from "./lib/build.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";
import { Failure } from "./lib/run.mjs";
import { releaseBinary, root } from "./lib/workspace.mjs";

const port = process.env.PORT || "8080";

await runParts("build", [
  [`port ${port}`, requireFreePort],
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ["programs (some minutes at the first time)", buildPrograms],
  ["package", () => buildPackage()],
]);
if (!process.exitCode) await serve();

/** Asked first: nobody wants to learn it after the build. */
async function requireFreePort() {
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

async function serve() {
  const options = ["--listen", `127.0.0.1:${port}`, "--www", join(root, "target/demo")];
  const server = spawn(releaseBinary("xano-realtime-server"), options, { stdio: ["ignore", "pipe", "inherit"] });
  // Ctrl-C reaches the server too; this process waits until it has said goodbye to its clients.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => server.kill("SIGTERM"));
  createInterface({ input: server.stdout }).on("line", (line) => {
    const url = /^listening on (\S+)$/.exec(line)?.[1];
    const tokenFile = /^admin token in (.+)$/.exec(line)?.[1];
    console.log(url ? welcome(url) : tokenFile ? tokenIn(tokenFile) : line);
  });
  const [code, signal] = await once(server, "exit");
  process.exitCode = code ?? 1;
  console.log(code === 0 ? "The server has stopped." : `The server has failed (${signal ?? `exit status ${code}`}).`);
}

function welcome(url) {
  return `
The Marvel chat is ready:

    ${url}/

Open it in two tabs and write in one of them. Ctrl-C stops the server.

Its Realtime Settings, which ask for the admin token:

    ${url}/settings
`;
}

/** Not when the environment names a token: then the server makes none. */
function tokenIn(file) {
  return `The admin token is in ${file}\n`;
}

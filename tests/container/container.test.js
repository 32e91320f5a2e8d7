// The container image: what it holds, and that the server in it serves without root and without a writable file.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { lstat, readFile, readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Buildah, processIn } from "../support/buildah.js";
import { chatOn } from "../support/one-chat.js";
import { room, settings } from "../support/settings.js";
import { SingleServer } from "../support/single-server.js";

const CONTEXT = fileURLToPath(new URL("../../target/container/", import.meta.url));
const ADMIN_TOKEN = "0123456789abcdef0123456789abcdef";
const execute = promisify(execFile);

let buildah, image, configuration;

before(async () => {
  buildah = await Buildah.start();
  image = await buildah.build(CONTEXT, "xano-realtime-server");
  configuration = await buildah.configuration(image);
});

after(() => buildah?.dispose());

/** The command line of the server as the image wants it to run. */
async function serverCommand(env = { XANO_ADMIN_TOKEN: ADMIN_TOKEN }) {
  const container = await buildah.create(image);
  return buildah.command(container, { user: configuration.User, env }, configuration.Entrypoint);
}

/** Settings with one row, whose messages the trigger at the address is asked about. */
async function setTrigger(server, address) {
  const row = room("marvel-chat-room", { triggers: { message: address } });
  const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, "Content-Type": "application/json" };
  const body = JSON.stringify(settings(row));
  const answer = await fetch(`${server.url}/api:meta/workspace/1/realtime`, { method: "PUT", headers, body });
  assert.equal(answer.status, 200);
}

async function startServer(t) {
  const server = new SingleServer({ command: await serverCommand() });
  t.after(() => server.dispose());
  await server.start();
  return server;
}

test("the image says how it runs: not as root, with a health check, on all addresses", () => {
  assert.equal(configuration.User, "65532:65532");
  assert.deepEqual(configuration.Entrypoint, ["/xano-realtime-server"]);
  assert.deepEqual(configuration.Healthcheck.Test, ["CMD", "/xano-realtime-server", "--health-check"]);
  assert.ok(configuration.Env.includes("XANO_LISTEN=0.0.0.0:8080"));
  assert.deepEqual(Object.keys(configuration.ExposedPorts), ["8080/tcp"]);
});

test("the image holds the server and the certificates, and nothing that its user could write", async () => {
  const folder = await buildah.rootOf(await buildah.create(image));
  const names = await readdir(folder, { recursive: true });
  const entries = await Promise.all(names.map(async (name) => ({ name, stat: await lstat(join(folder, name)) })));
  const files = entries.filter(({ stat }) => !stat.isDirectory()).map(({ name }) => name);
  assert.deepEqual(files.sort(), ["etc/ssl/certs/ca-certificates.crt", "xano-realtime-server"]);
  for (const { name, stat } of entries) {
    assert.deepEqual([stat.uid, stat.gid, stat.mode & 0o022], [0, 0, 0], name);
  }
});

test("a server in a container carries a chat, and ends at SIGTERM with status 0", async (t) => {
  const server = await startServer(t);
  await chatOn(server);
  // Not by way of buildah, which at SIGTERM kills what it runs.
  process.kill(await processIn(server.pid), "SIGTERM");
  assert.equal(await server.exited(), 0);
});

test("the server has no root, and no capability", async (t) => {
  const server = await startServer(t);
  const status = await readFile(`/proc/${await processIn(server.pid)}/status`, "utf8");
  assert.match(status, /^Uid:(\t65532){4}$/m);
  assert.match(status, /^Gid:(\t65532){4}$/m);
  assert.match(status, /^CapEff:\t0{16}$/m);
});

test("the health check of the image succeeds while the server serves, and fails otherwise", async (t) => {
  const server = await startServer(t);
  const [, ...check] = configuration.Healthcheck.Test;
  const container = await buildah.create(image);
  const at = { user: configuration.User, env: { XANO_LISTEN: `0.0.0.0:${server.port}` } };
  const [program, ...args] = buildah.command(container, at, check);
  await execute(program, args);
  await server.stop();
  await assert.rejects(execute(program, args), { code: 1, stderr: /--health-check: 127\.0\.0\.1:\d+ does not answer/ });
});

test("without XANO_ADMIN_TOKEN and without a place for a file the server says so", async () => {
  const [program, ...args] = await serverCommand({});
  await assert.rejects(execute(program, args, { timeout: 30_000 }), {
    code: 1,
    stderr: /cannot write a file with an admin token: .*XANO_ADMIN_TOKEN/,
  });
});

test("a trigger at an https address is asked with the certificates of the image", async (t) => {
  const trigger = createServer((socket) => socket.end());
  t.after(() => trigger.close());
  await new Promise((resolve) => trigger.listen(0, "127.0.0.1", resolve));
  const server = await startServer(t);
  await setTrigger(server, `https://127.0.0.1:${trigger.address().port}/`);
  await assert.rejects(chatOn(server), /The channel's trigger failed/);
  await server.stop();
  assert.match(server.log, /a trigger failed/);
  assert.doesNotMatch(server.log, /cannot read the certificates/);
});

// The packages as a user gets them: out of a registry, into an empty folder, with an empty cache.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { visitDemo } from "../support/demo.js";
import { npm, npmCommand, run } from "./support/commands.js";
import { launched } from "./support/launched.js";
import { TOOLS } from "./support/places.js";
import { emptyFolder, remove } from "./support/project.js";
import { startRegistry } from "./support/registry.js";

const INSTALL = ["install", "xano-wasm", "xano-realtime-server", "ws"];

let browser;
let registry;
let folder;

before(async () => {
  registry = await startRegistry();
  // Node before 22 has no WebSocket; the registry reaches no other.
  await registry.publish(join(TOOLS, "node_modules/ws"));
  browser = await launchChromium();
  folder = await emptyFolder();
});

after(async () => {
  await browser?.close();
  await registry?.close();
  if (folder) await remove(folder);
});

test("`npx xano-realtime-server` from an empty cache, then the first chat in Chromium", async (t) => {
  const start = performance.now();
  const env = { ...registry.env, PORT: "0" };
  const server = await launched([...npmCommand("npx"), "--yes", "xano-realtime-server"], { cwd: folder, env });
  const ready = performance.now();
  const [jill, jack] = [
    await visitDemo(t, browser, { url: server.url, name: "Jill" }),
    await visitDemo(t, browser, { url: server.url, name: "Jack" }),
  ];
  await Promise.all([jill.enter(), jack.enter()]);
  await jill.say("Hello, Avengers");
  await jack.sees("Hello, Avengers");
  t.diagnostic(`ready ${ms(start, ready)} ms after npx, the first message arrived ${ms(ready)} ms later`);

  server.child.kill("SIGTERM");
  await server.toTheEnd();
  const { stdout } = server.said;
  for (const words of [
    `The Marvel chat is ready:\n\n    ${server.url}/\n`,
    `instanceBaseUrl: "${server.url}"`,
    'realtimeConnectionHash: "1lK90n16tnnylJpJ0Xa7Km6_KxA"',
    'realtimeCanonical: "rtmain01"',
    `${server.url}/settings`,
    "The admin token is in ",
  ]) {
    assert.ok(stdout.includes(words), stdout);
  }
});

test("`npm i xano-wasm xano-realtime-server`, and a test that uses both", async (t) => {
  const start = performance.now();
  await npm(folder, registry.env, ...INSTALL);
  const installed = performance.now();
  await writeFile(join(folder, "chat.test.mjs"), CHAT);
  const told = await run(folder, registry.env, process.execPath, "--test", "--test-reporter=tap", "chat.test.mjs");
  assert.match(told, /^# pass 1$/m);
  t.diagnostic(`installed in ${ms(start, installed)} ms, the test took ${ms(installed)} ms`);
});

test("`require` gives the same as `import`", async () => {
  const program = 'console.log(require("xano-realtime-server").startServer.name)';
  assert.equal(await run(folder, registry.env, process.execPath, "-e", program), "startServer\n");
});

test("without the platform package one sentence says what to do, to the command and to startServer", async () => {
  await npm(folder, registry.env, ...INSTALL, "--omit=optional");
  const program = 'require("xano-realtime-server").startServer().catch((error) => console.log(error.message))';
  const told = await run(folder, registry.env, process.execPath, "-e", program);
  assert.match(
    told,
    /^The package xano-realtime-server-\S+ with the program for this platform is not installed: run `npm install .+\n$/,
  );
  const command = run(folder, registry.env, ...npmCommand("npx"), "xano-realtime-server");
  await assert.rejects(command, ({ message }) => message.endsWith(`: 1\n${told}`));
});

const CHAT = `
import assert from "node:assert/strict";
import { test } from "node:test";
import { XanoClient } from "xano-wasm";
import { startServer } from "xano-realtime-server";

globalThis.WebSocket ??= (await import("ws")).default;

test("a message comes back", async () => {
  const server = await startServer();
  const channel = new XanoClient(server.clientSettings).channel("marvel-chat-room");
  const message = new Promise((resolve) => channel.on("message", resolve));
  channel.message("Hello, Avengers");
  assert.equal((await message).payload, "Hello, Avengers");
  channel.destroy();
  await server.stop();
});
`;

function ms(since, until = performance.now()) {
  return Math.round(until - since);
}

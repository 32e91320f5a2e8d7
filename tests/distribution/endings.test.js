// However the server's parent ends, no server is left behind.

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { room, settings } from "../support/settings.js";
import { npmCommand } from "./support/commands.js";
import { launched } from "./support/launched.js";
import { emptyFolder, installPacked, launcherIn, remove } from "./support/project.js";

const FREE_PORT = ["--listen", "127.0.0.1:0"];
/** A launcher whose parent is not the test. */
const PARENT = `
  const { spawn } = require("node:child_process");
  const launcher = spawn(process.execPath, process.argv.slice(1), { stdio: ["ignore", "inherit", "inherit"] });
  process.on("message", () => {});
`;

let folder;
let launcher;

before(async () => {
  folder = await emptyFolder();
  await installPacked(folder);
  launcher = [process.execPath, launcherIn(folder)];
});

after(() => remove(folder));

describe("the launcher", () => {
  for (const signal of ["SIGTERM", "SIGINT"]) {
    test(`ends the server at ${signal}, and with its exit status`, async () => {
      const server = await launched([...launcher, ...FREE_PORT]);
      server.child.kill(signal);
      assert.equal(await server.toTheEnd(), 0);
    });
  }

  test("ends the demo that it has added", async () => {
    const server = await launched(launcher, { env: { PORT: "0" } });
    server.child.kill("SIGTERM");
    assert.equal(await server.toTheEnd(), 0);
  });

  test("hands on SIGHUP: the settings file is read again", async () => {
    const file = join(folder, "realtime.json");
    const write = (hash) => writeFile(file, JSON.stringify({ ...settings(room("room")), hash }));
    await write("before");
    const server = await launched([...launcher, ...FREE_PORT, "--config", file]);
    const old = new WebSocket(`${server.url.replace("http", "ws")}/rt/before`);
    await once(old, "open");
    await write("after");
    server.child.kill("SIGHUP");
    assert.equal((await once(old, "close"))[0], 1012);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/rt/after`);
    await once(socket, "open");
    server.child.kill("SIGTERM");
    assert.equal(await server.toTheEnd(), 0);
  });

  test("killed, takes the server with it", async () => {
    const server = await launched([...launcher, ...FREE_PORT]);
    server.child.kill("SIGKILL");
    await server.toTheEnd();
  });

  for (const signal of ["SIGKILL", "SIGTERM"]) {
    test(`ends when its parent ends by ${signal}`, async () => {
      const server = await launched([process.execPath, "-e", PARENT, launcher[1], ...FREE_PORT]);
      server.child.kill(signal);
      await server.toTheEnd();
    });
  }

  test("ends with its standard input when it is asked to", async () => {
    const server = await launched([...launcher, ...FREE_PORT, "--exit-on-stdin-close"]);
    server.child.stdin.end();
    assert.equal(await server.toTheEnd(), 0);
  });

  test("does not care for its standard input when it is not asked to", async () => {
    const server = await launched([...launcher, ...FREE_PORT]);
    server.child.stdin.end();
    await once(server.child.stdin, "close");
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
    server.child.kill("SIGTERM");
    assert.equal(await server.toTheEnd(), 0);
  });
});

describe("npx", () => {
  const started = () =>
    launched([...npmCommand("npx"), "--offline", "xano-realtime-server", ...FREE_PORT], {
      cwd: folder,
      detached: true,
    });

  for (const signal of ["SIGTERM", "SIGKILL"]) {
    test(`ends by ${signal}, and the server with it`, async () => {
      const server = await started();
      server.child.kill(signal);
      await server.toTheEnd();
    });
  }

  test("ends by Ctrl-C, which a terminal sends to all processes of the command", async () => {
    const server = await started();
    process.kill(-server.child.pid, "SIGINT");
    await server.toTheEnd();
  });
});

describe("a program that has called startServer and not stop", () => {
  for (const [way, rest] of [
    ["comes to its end", ""],
    ["calls process.exit", "process.exit(0);"],
    ["throws", "setImmediate(() => { throw new Error('thrown'); });"],
    ["is killed", "process.kill(process.pid, 'SIGKILL');"],
    ["is stopped by SIGTERM", "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);"],
  ]) {
    test(`${way}, and the server ends`, async () => {
      const program = `
        const { startServer } = require("xano-realtime-server");
        startServer().then((server) => {
          console.log(server.url);
          process.stdin.once("data", () => { process.stdin.destroy(); ${rest} });
        });
      `;
      const server = await launched([process.execPath, "-e", program], { cwd: folder });
      server.child.stdin.write("go on\n");
      await server.toTheEnd();
    });
  }
});

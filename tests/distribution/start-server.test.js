// `startServer`, as tests and scripts call it.

import assert from "node:assert/strict";
import { on, once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import WebSocket from "ws";
import { startServer } from "../../server/npm/index.js";
import { XanoClient } from "../../pkg/index.js";
import { examplesOf, runExample } from "../support/readme.js";
import { HASH, room, settings } from "../support/settings.js";
import { releaseBinary } from "../../scripts/lib/workspace.mjs";

process.env.XANO_SERVER_BINARY = releaseBinary("xano-realtime-server");
// A variable of the server, which is not passed on: no folder is a settings file.
process.env.XANO_CONFIG = tmpdir();
// Where `--tls` keeps its authority.
process.env.XDG_DATA_HOME = await mkdtemp(join(tmpdir(), "xano-data-"));
after(() => rm(process.env.XDG_DATA_HOME, { recursive: true }));

test("it listens on a free port, with the built-in settings and a token of its own", async (t) => {
  const [one, other] = [await startServer(), await startServer()];
  t.after(() => Promise.all([one.stop(), other.stop()]));

  assert.match(one.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.notEqual(one.url, other.url);
  assert.equal(one.hash, HASH);
  assert.equal(one.socketUrl, `${one.url.replace("http", "ws")}/rt/${HASH}`);
  assert.deepEqual(one.clientSettings, { instanceBaseUrl: one.url, realtimeConnectionHash: HASH });
  assert.notEqual(one.adminToken, other.adminToken);
  const answer = await fetch(`${one.url}/api:meta/workspace/1/realtime`, {
    headers: { Authorization: `Bearer ${one.adminToken}` },
  });
  assert.equal((await answer.json()).hash, HASH);
});

test("settings are an object or a file, and their hash is the server's", async (t) => {
  const own = { ...settings(room("room")), hash: "a-hash" };
  const folder = await mkdtemp(join(tmpdir(), "xano-settings-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "realtime.json");
  await writeFile(file, JSON.stringify(own));
  for (const given of [own, file]) {
    const server = await startServer({ settings: given });
    t.after(() => server.stop());
    assert.equal(server.hash, "a-hash");
    await joined(server.socketUrl, "room");
  }
});

test("arguments are the server's flags", async (t) => {
  const server = await startServer({ args: ["--listen", "127.0.0.2:0", "--exit-on-stdin-close", "--demo"] });
  t.after(() => server.stop());
  assert.match(server.url, /^http:\/\/127\.0\.0\.2:/);
  assert.equal((await fetch(server.url)).status, 200);
});

test("with TLS its addresses are https and wss", async (t) => {
  const server = await startServer({ args: ["--tls"] });
  t.after(() => server.stop());
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(server.socketUrl, `${server.url.replace("https", "wss")}/rt/${HASH}`);
  assert.deepEqual(await server.event("marvel-chat-room", 1), { members: 0 });
});

test("the examples of the package's README run", async () => {
  const readme = join(import.meta.dirname, "../../server/npm/README.md");
  const examples = examplesOf(readme);
  assert.equal(examples.length, 2);
  for (const example of examples) await runExample(example, { load: () => ({ startServer }), XanoClient });
});

test("what cannot be done is said with the server's own words", async () => {
  for (const [options, words] of [
    [
      { args: ["--no-such-flag"] },
      /ended \(exit status 2\) before it listened: error: unexpected argument '--no-such-flag'/,
    ],
    [{ settings: "no-such-file.json" }, /before it listened: .*settings file no-such-file\.json: /s],
    [{ settings: { channels: [{ pattern: "a", color: "red" }] } }, /channels\[0\]\.color: unknown field/],
    [{ args: ["--secret-file=key"] }, /leave out --secret-file/],
  ]) {
    await assert.rejects(startServer(options), words);
  }
});

test("a token that it signs is a user's, and an expired one is an anonymous client's", async (t) => {
  const server = await startServer({ settings: settings(room("members", { anonymous_clients: false })) });
  t.after(() => server.stop());
  const jill = { dbo_id: 3, row_id: 7, extras: { name: "Jill" } };
  assert.equal((await joined(server.socketUrl, "members", server.signToken(jill))).action, "join");
  const expired = server.signToken({ ...jill, expiresIn: -100 });
  assert.equal((await joined(server.socketUrl, "members", expired)).action, "error");
  assert.throws(() => server.signToken({ dbo_id: 0, row_id: 7 }), /dbo_id is 0: give a whole number above 0/);
  assert.throws(() => server.signToken({ dbo_id: 1, row_id: "7" }), /row_id is 7: /);
});

test("an event says how many members it is for, or why it is refused", async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  assert.deepEqual(await server.event("marvel-chat-room", { score: 3 }), { members: 0 });
  await assert.rejects(server.event("no-such-room", 1), /refused .+ with 404: .*No settings for channel name/);
});

test("it stops once, however often it is asked, and says so afterwards", async () => {
  const server = await startServer();
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  await assert.rejects(fetch(server.url));
  await assert.rejects(server.event("marvel-chat-room", 1), /^Error: xano-realtime-server has ended: .*stopping/s);
});

test("it stops at the end of its block", async () => {
  const server = await startServer();
  await server[Symbol.asyncDispose]();
  await assert.rejects(fetch(server.url));
});

/** The first frame about the channel that the server answers a join with. */
async function joined(socketUrl, channel, token) {
  const socket = new WebSocket(socketUrl, token ? [token] : []);
  try {
    const frames = on(socket, "message");
    await once(socket, "open");
    socket.send(JSON.stringify({ action: "join", options: { channel }, payload: {} }));
    for await (const [data] of frames) {
      const frame = JSON.parse(String(data));
      if (frame.options?.channel === channel) return frame;
    }
  } finally {
    socket.terminate();
  }
}

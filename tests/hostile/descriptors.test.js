// Clients that use all file descriptors of the server: with connections that send nothing, and with answers that they
// do not read.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Attacker } from "../support/attacker.js";
import { SingleServer } from "../support/single-server.js";

const DESCRIPTORS = 96;
const CHANNEL = "marvel-chat-room";
const skip = process.platform === "win32" && "Windows has no limit of descriptors for a process";

test("a server with few descriptors answers requests and opens sockets during 150 silent connections", {
  skip,
}, async (t) => {
  const server = await started(t);
  const before = await joined(server);
  const silent = await Promise.all(Array.from({ length: 150 }, () => connected(t, server)));

  assert.equal((await get(server, "/health")).status, 200);
  const jill = await joined(server);
  await chats(jill, before, "during the attack");
  assert.match(server.log, /this process may have 96 open descriptors/);
  assert.match(server.log, /the limit unauthenticated is reached: for each new connection, the oldest one/);

  for (const socket of silent) socket.destroy();
  await chats(jill, before, "after the attack");
  await chats(await joined(server), jill, "after the attack, on a new socket");
  assert.equal(await metric(server, "xano_connections"), 3);
});

test("a server without a free descriptor logs it, closes the oldest answer that is not read, and serves other clients", {
  skip,
}, async (t) => {
  const www = await mkdtemp(join(tmpdir(), "xano-www-"));
  t.after(() => rm(www, { recursive: true, force: true }));
  await writeFile(join(www, "large"), Buffer.alloc(20_000_000));
  const server = await started(t, { www });
  const sockets = [await joined(server), await joined(server)];
  for (let opened = await opens(server); opened; opened = await opens(server)) sockets.push(opened);

  // Each download takes two descriptors: the connection and the file.
  for (let downloads = 0; downloads < 100 && !/cannot accept a connection/.test(server.log); downloads++) {
    const download = await connected(t, server);
    download.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    await new Promise((resolve) => download.once("readable", resolve).once("close", resolve));
  }

  assert.match(server.log, /cannot accept a connection: raise the limit of open descriptors/);
  assert.ok((await metric(server, "xano_accept_errors_total")) > 0);
  await chats(sockets[0], sockets[1], "with all descriptors taken");
  sockets.pop().end();
  let another = await opens(server);
  // The place is free once the server has noticed the end of the socket.
  while (!another) another = await opens(server);
  await chats(await joins(another), sockets[0], "on a new socket, with all descriptors taken");
});

async function started(t, options) {
  const server = new SingleServer({ descriptors: DESCRIPTORS, limits: { messages_per_second: 1_000 }, ...options });
  await server.start();
  t.after(() => server.dispose());
  return server;
}

/** Opens a TCP connection that sends nothing. */
async function connected(t, server) {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** Opens a socket. Returns `undefined` if the server has reached its limit of sockets. */
async function opens(server) {
  try {
    return await Attacker.open(server);
  } catch (error) {
    assert.match(error.message, /^HTTP\/1.1 503/);
    return undefined;
  }
}

async function joined(server) {
  return joins(await Attacker.open(server));
}

async function joins(client) {
  client.send({ action: "join", options: { channel: CHANNEL }, payload: null });
  await client.hears("join");
  return client;
}

async function chats(sender, receiver, payload) {
  sender.send({ action: "message", options: { channel: CHANNEL }, payload });
  assert.equal((await receiver.hears("message")).payload, payload);
  assert.equal((await sender.hears("message")).payload, payload);
}

function get(server, path) {
  return fetch(server.url + path, { headers: { connection: "close" }, signal: AbortSignal.timeout(30_000) });
}

async function metric(server, name) {
  const text = await (await get(server, "/metrics")).text();
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)[1]);
}

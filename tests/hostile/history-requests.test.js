// History requests do not copy the history: neither many requests of one socket, nor one request of each of many
// sockets that read nothing.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import WebSocket from "ws";
import { Attacker, LARGE } from "../support/attacker.js";
import { skip, watchMemory } from "../support/memory.js";
import { metric } from "../support/metrics.js";
import { startServer } from "../support/server.js";

const CHANNEL = "marvel-chat-room";
/** The largest size of a channel's history, whatever its number of messages is. */
const HISTORY_BYTES = 16_777_216;

const join = { action: "join", options: { channel: CHANNEL }, payload: {} };
const history = { action: "history", options: { channel: CHANNEL }, payload: null };
const message = { action: "message", options: { channel: CHANNEL }, payload: LARGE };

test("64 requests for a long history in one write make the server hold it once", { skip }, async (t) => {
  const server = await serverWithFullHistory(t);
  const memory = await watchMemory(server);
  const attacker = await Attacker.open(server);
  t.after(() => attacker.end());
  attacker.pause();
  attacker.send(join, ...Array.from({ length: 64 }, () => history));

  await answersOthers(server);
  await memory.peakedBelow(2 * HISTORY_BYTES);
  // The attacker still receives all answers, as fast as it reads.
  attacker.resume();
  for (let number = 0; number < 64; number += 1) {
    const { payload } = await attacker.hears("history");
    assert.equal(payload.history.at(-1).payload, "last");
  }
});

test("40 sockets that ask for a long history and read nothing share its bytes", { skip }, async (t) => {
  const server = await serverWithFullHistory(t);
  const memory = await watchMemory(server);
  for (let number = 0; number < 40; number += 1) {
    const attacker = await Attacker.open(server);
    t.after(() => attacker.end());
    attacker.pause();
    attacker.send(join, history, history);
  }
  await answersOthers(server);
  await memory.peakedBelow(2 * HISTORY_BYTES);
  const waiting = await metric(server, "xano_outbox_bytes");
  assert.ok(waiting > 20 * HISTORY_BYTES, `the metric says what waits: ${waiting} bytes`);
});

/** Starts a server with a channel whose history is full and ends with a short message. */
async function serverWithFullHistory(t) {
  const server = await startServer({ limits: { bytes_per_second: 1_000_000_000 } });
  t.after(() => server.dispose());
  const sender = await Attacker.open(server);
  sender.send(join);
  await sender.hears("join");
  for (let number = 0; number < 80; number += 1) {
    sender.send(message);
    await sender.hears("message");
  }
  sender.send({ ...message, payload: "last" });
  await sender.hears("message");
  sender.end();
  return server;
}

/** Checks that another client is served during the attack. */
async function answersOthers(server) {
  const socket = new WebSocket(server.socketUrl);
  await once(socket, "open");
  for (let number = 0; number < 20; number += 1) {
    socket.send(JSON.stringify({ action: "ping" }));
    const [answer] = await once(socket, "message", { signal: AbortSignal.timeout(30_000) });
    assert.equal(String(answer), '{"action":"pong"}');
  }
  socket.terminate();
}

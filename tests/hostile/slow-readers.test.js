// Slow readers: one sender cannot disconnect them, and they receive a long history while other clients send.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Attacker, LARGE } from "../support/attacker.js";
import { startServer } from "../support/server.js";

const CHANNEL = "marvel-chat-room";
const join = { action: "join", options: { channel: CHANNEL }, payload: {} };
const history = { action: "history", options: { channel: CHANNEL }, payload: null };
const message = (payload) => ({ action: "message", options: { channel: CHANNEL }, payload });

test("an anonymous sender of large messages is rate-limited before it disconnects a reader", async (t) => {
  const server = await startServer();
  t.after(() => server.dispose());
  const readers = await Promise.all(Array.from({ length: 8 }, () => joined(t, server)));
  for (const reader of readers) reader.pause();
  const sender = await joined(t, server);
  for (let number = 0; number < 100; number += 1) sender.send(message(LARGE));
  const answers = await framesOf(sender, 100);

  const refused = answers.filter(({ payload }) => payload?.code === "too_fast").length;
  assert.ok(refused > 90, `${refused} of 100 were refused`);
  for (const reader of readers) {
    reader.resume();
    reader.send(history);
    await reader.hears("history");
    assert.equal(reader.closeCode, undefined, "the reader is still connected");
  }
});

test("a slow reader gets a long history and then the messages sent since, in order", async (t) => {
  const server = await startServer({ limits: { bytes_per_second: 1_000_000_000, byte_burst: 64 * 1024 * 1024 } });
  t.after(() => server.dispose());
  const sender = await joined(t, server);
  for (let number = 0; number < 70; number += 1) {
    sender.send(message(LARGE));
    await sender.hears("message");
  }
  const reader = await joined(t, server);
  reader.pause();
  reader.send(history);
  // When this client has its answer, the reader's answer is in its outbox.
  const other = await joined(t, server);
  other.send(history);
  await other.hears("history");
  for (let number = 0; number < 50; number += 1) {
    sender.send(message(number));
    await sender.hears("message");
  }
  reader.resume();
  const { payload } = await reader.hears("history");
  assert.ok(payload.history.length > 60, `${payload.history.length} messages`);
  let next = payload.history.filter((entry) => typeof entry.payload === "number").length;
  for (; next < 50; next += 1) assert.equal((await reader.hears("message")).payload, next);
});

async function joined(t, server) {
  const client = await Attacker.open(server);
  t.after(() => client.end());
  client.send(join);
  await client.hears("join");
  return client;
}

/** Returns the next `count` frames. */
async function framesOf(client, count) {
  const frames = [];
  while (frames.length < count) {
    await client.arrival();
    frames.push(...client.take());
  }
  return frames;
}

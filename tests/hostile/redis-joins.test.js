// Rapid joins and leaves, which could make the server fetch the history of a channel from Redis each time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Attacker } from "../support/attacker.js";
import { startRedis } from "../support/redis.js";
import { room, settings } from "../support/settings.js";
import { SingleServer } from "../support/single-server.js";

const CHANNEL = "full-room";
const MESSAGE_BYTES = 100_000;
const MESSAGES = 30;
const SOCKETS = 20;
const JOINS_PER_SOCKET = 3;

const limits = { bytes_per_second: 0, byte_burst: 0, messages_per_second: 0, message_burst: 0 };
let redis;
let server;

before(async () => {
  redis = await startRedis();
  server = new SingleServer({ settings: settings(room(CHANNEL)), limits, redis: redis.url });
  await server.start();
});

after(async () => {
  await server?.dispose();
  await redis?.dispose();
});

const frame = (action, payload) => ({ action, options: { channel: CHANNEL }, payload });

test("Redis sends the history of a channel once, however often clients join and leave it", async () => {
  const filler = await Attacker.open(server);
  filler.send(frame("join", {}));
  await filler.hears("join");
  for (let count = 0; count < MESSAGES; count += 1) {
    filler.send(frame("message", "x".repeat(MESSAGE_BYTES)));
    await filler.hears("message");
  }
  filler.send(frame("leave", null));
  await filler.hears("leave");
  filler.end();

  const sentBefore = await redis.sentBytes();
  for (let count = 0; count < SOCKETS; count += 1) {
    const attacker = await Attacker.open(server);
    for (let pair = 0; pair < JOINS_PER_SOCKET; pair += 1) {
      attacker.send(frame("join", {}), frame("leave", null));
      await attacker.hears("leave");
    }
    attacker.end();
  }
  const sent = (await redis.sentBytes()) - sentBefore;
  const once = MESSAGES * MESSAGE_BYTES;
  assert.ok(sent < 2 * once, `${SOCKETS * JOINS_PER_SOCKET} joins made Redis send ${sent} bytes`);
});

// The bounds on histories: bytes per channel, bytes in total, and number of channels.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Attacker, LARGE } from "../support/attacker.js";
import { MEGABYTE, skip, watchMemory } from "../support/memory.js";
import { metric } from "../support/metrics.js";
import { startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";

const LIMITS = {
  history_bytes: 8 * MEGABYTE,
  history_bytes_per_channel: MEGABYTE,
  channels: 2_000,
  channels_per_socket: 100_000,
  messages_per_second: 100_000,
  message_burst: 100_000,
  bytes_per_second: 1_000_000_000,
};

test("one client that fills the histories of many channels fills 8 MiB, and a reader learns that messages are missing", {
  skip,
}, async (t) => {
  const server = await startServer({ settings: settings(room("nested/*", { wildcard: true })), limits: LIMITS });
  t.after(() => server.dispose());
  const reader = await Attacker.open(server);
  t.after(() => reader.end());
  const { ext } = (await exchange(reader, "join", "nested/first", {})).payload;
  await exchange(reader, "message", "nested/first", "an early message");
  await exchange(reader, "leave", "nested/first", null);

  const memory = await watchMemory(server);
  const attacker = await Attacker.open(server);
  t.after(() => attacker.end());
  for (let number = 0; number < 40; number += 1) {
    const channel = `nested/${number}`;
    await exchange(attacker, "join", channel, {});
    for (let large = 0; large < 5; large += 1) await exchange(attacker, "message", channel, LARGE);
    await exchange(attacker, "leave", channel, null);
  }
  // The attacker has sent 50 MB.
  assert.ok((await metric(server, "xano_history_bytes")) <= LIMITS.history_bytes);
  await memory.peakedBelow(3 * LIMITS.history_bytes);

  reader.send({ action: "join", options: { channel: "nested/first" }, payload: { since: ext.recover } });
  const { payload } = await reader.hears("history");
  assert.deepEqual(payload, { history: [], complete: false }, "the missed messages are not kept");
});

test("one client that writes to many channels leaves no more channels than the limit", { skip }, async (t) => {
  const server = await startServer({ settings: settings(room("nested/*", { wildcard: true })), limits: LIMITS });
  t.after(() => server.dispose());
  const attacker = await Attacker.open(server);
  t.after(() => attacker.end());
  for (let number = 0; number < 5_000; number += 1) {
    const channel = `nested/${number}`;
    attacker.send(frame("join", channel, {}), frame("message", channel, 1), frame("leave", channel, null));
    if (number % 100 === 99) await exchange(attacker, "ping", undefined, undefined, "pong");
  }
  const live = await fetch(`${server.url}/api:meta/workspace/1/realtime/live`, {
    headers: { Authorization: `Bearer ${await server.adminToken()}` },
  });
  assert.equal((await live.json()).channels.length, 500, "as many as are listed");
  // One message takes less than 600 bytes, so the limit on channels holds.
  assert.ok((await metric(server, "xano_history_bytes")) < LIMITS.channels * 600);
});

/** Sends a frame and waits for its answer. */
async function exchange(client, action, channel, payload, answer = action) {
  client.send(frame(action, channel, payload));
  return client.hears(answer);
}

function frame(action, channel, payload) {
  return { action, options: { channel }, payload };
}

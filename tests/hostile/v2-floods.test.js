// Floods of Realtime V2: before a socket is ready, on sockets that are refused, of requests for presence, and slow readers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LARGE } from "../support/attacker.js";
import { MEGABYTE, skip, watchMemory } from "../support/memory.js";
import { metric } from "../support/metrics.js";
import { attack, broadcast, join, member, open, servesOthers, startV2 } from "../support/v2-attack.js";

const ROOM = "room";
const DAY_MS = 86_400_000;

test("a socket that is not ready, and floods the server, is closed", async (t) => {
  const server = await startV2(t, [open(ROOM)], { server: { handshake_delay_ms: DAY_MS } });
  const floods = [{ action: "ping" }, broadcast(ROOM, LARGE.slice(0, 1_000)), "{", join("x".repeat(300))];
  for (const frame of floods) {
    const attacker = await attack(t, server);
    attacker.send(...Array.from({ length: 3_000 }, () => frame));
    assert.equal(await attacker.closed(), 1008);
    assert.ok(attacker.take().length < 2_000);
  }
});

test("sockets that are refused and do not go away are dropped", async (t) => {
  const server = await startV2(t, [open(ROOM)]);
  for (let number = 0; number < 100; number += 1) await attack(t, server, "unknown");
  // The sockets stay open on the attacker's side: it answers no close frame.
  while ((await metric(server, "xano_connections")) > 0);
});

test("requests for a long presence list wait within the outbox of their client", { skip }, async (t) => {
  const server = await startV2(t, [open(ROOM, { presence: true })]);
  const members = Array.from({ length: 200 }, () => member(t, server, ROOM));
  const [attacker] = await Promise.all(members);
  const memory = await watchMemory(server);
  attacker.pause();
  attacker.send(...Array.from({ length: 480 }, () => ({ action: "presence", channel: ROOM })));
  await servesOthers(t, server);
  await memory.peakedBelow(20 * MEGABYTE);
});

test("a reader that takes nothing is closed with 1013, and costs the others nothing", { skip }, async (t) => {
  const server = await startV2(t, [open(ROOM)], { limits: { bytes_per_second: 1_000_000_000 } });
  const [sender, reader, slow] = await Promise.all(Array.from({ length: 3 }, () => member(t, server, ROOM)));
  slow.pause();
  const memory = await watchMemory(server);
  for (let number = 0; number < 100; number += 1) {
    sender.send(broadcast(ROOM, LARGE));
    const { payload } = await sender.hears("broadcast");
    await reader.hears("message");
    assert.ok(payload.delivered_local >= 2);
  }
  await memory.peakedBelow(16 * MEGABYTE);
  slow.resume();
  assert.equal(await slow.closed(), 1013);
});

// Joins of Realtime V2 send transcript and replay: what waits for sockets that read nothing is bounded, and a socket joins
// a channel again only so often.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MEGABYTE, skip, watchMemory } from "../support/memory.js";
import { attack, broadcast, join, member, open, servesOthers, startV2 } from "../support/v2-attack.js";

const ROOM = "room";
const SOCKETS = 40;
/** The default of `outbox_bytes`: what may wait for one socket. */
const OUTBOX_BYTES = 4 * MEGABYTE;
const FAST = { bytes_per_second: 1_000_000_000, messages_per_second: 1_000_000, message_burst: 1_000_000 };

/** A channel that keeps many messages, for a transcript and for a replay. */
function room(limit) {
  return open(ROOM, { conversation: { enabled: true, limit }, delivery: { guarantee: "at_least_once" } });
}

test("sockets that join a channel with very many messages and read nothing hold no more than an outbox each", {
  skip: skip || (process.env.LONG ? false : "it takes long: LONG=1"),
}, async (t) => {
  const server = await startV2(t, [room(1_000_000)], { limits: FAST });
  await fill(t, server);
  const memory = await watchMemory(server);
  for (let number = 0; number < SOCKETS; number += 1) {
    const attacker = await attack(t, server);
    attacker.pause();
    attacker.send(join(ROOM, `reader ${number}`), join(ROOM, `reader ${number}`));
  }
  await servesOthers(t, server);
  await memory.peakedBelow(SOCKETS * OUTBOX_BYTES);
});

test("a socket that joins one channel again and again is refused after a hundred times, then closed", async (t) => {
  const server = await startV2(t, [open(ROOM, { conversation: { enabled: true, limit: 10 } })]);
  const attacker = await attack(t, server);
  attacker.send(...Array.from({ length: 1_000 }, () => join(ROOM)));
  assert.equal(await attacker.closed(), 1008);
  const joined = attacker.take().filter(({ action }) => action === "join").length;
  assert.ok(joined >= 100 && joined < 120, `${joined} joins were answered`);
});

/** Sends 20,000 short messages. */
async function fill(t, server) {
  const sender = await member(t, server, ROOM);
  for (let batch = 0; batch < 20; batch += 1) {
    sender.send(...Array.from({ length: 1_000 }, () => broadcast(ROOM, 1)));
    for (let receipt = 0; receipt < 1_000; receipt += 1) await sender.hears("broadcast");
  }
  sender.end();
}

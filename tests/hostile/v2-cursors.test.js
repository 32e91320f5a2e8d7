// Cursors of Realtime V2 outlive their sockets, so their names are bounded in length, and nothing else makes one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MEGABYTE, skip, watchMemory } from "../support/memory.js";
import { ack, ADDRESS, attack, join, member, open, startV2 } from "../support/v2-attack.js";

const ROOM = "rooms/{id}";
const HUGE_ID = "18446744073709551615-18446744073709551615";
const stream = () => open(ROOM, { delivery: { guarantee: "at_least_once" } });

test("a cursor's channel cannot have a long name by way of a tenant's", { skip }, async (t) => {
  const server = await startV2(t, [stream()]);
  const memory = await watchMemory(server);
  for (let number = 0; number < 10; number += 1) {
    const attacker = await attack(t, server, `${`tenant-${number}`.padEnd(60_000, "x")}:${ADDRESS}`);
    assert.equal((await attacker.hears("error")).payload.message, "Unknown connection hash");
    assert.equal(await attacker.closed(), 4401);
  }
  await memory.isBelow(4 * MEGABYTE);
  const tenant = await attack(t, server, `${"t".repeat(128)}:${ADDRESS}`);
  tenant.send(join("rooms/1"));
  await tenant.hears("join");
});

test("acknowledgements for nothing change nothing", async (t) => {
  const server = await startV2(t, [stream(), open("once")]);
  const attacker = await member(t, server, "once");
  attacker.send(ack("once", "1-0", "me"), ack("once", HUGE_ID, "me"), ack("once", { deep: [] }, "me"));
  attacker.send({ action: "ping" });
  assert.equal((await next(attacker)).action, "pong", "a channel without cursors answers none");
  attacker.send(ack("rooms/7", "1-0", "me"));
  assert.match((await next(attacker)).payload.message, /not connected/, "a client that has not joined has no cursor");
  attacker.send(ack("nowhere", HUGE_ID, "me"));
  assert.equal((await next(attacker)).payload.message, "No settings for channel name");
  attacker.send(ack("rooms/7", "1-0", "x".repeat(256)));
  assert.equal((await next(attacker)).payload.message, "options.client_id has more than 255 bytes");
});

async function next(client) {
  await client.arrival();
  return client.take()[0];
}

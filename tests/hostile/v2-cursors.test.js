// Cursors of Realtime V2 outlive their sockets, so they are bounded in number, and their names in length.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryOf } from "../support/attacker.js";
import { ack, ADDRESS, attack, join, MEGABYTE, member, open, startV2 } from "../support/v2-attack.js";

const ROOM = "rooms/{id}";
const HUGE_ID = "18446744073709551615-18446744073709551615";
const CURSORS = 1_000;
const ACKS = 20_000;

const skip = process.platform === "linux" ? false : "reads /proc";
const stream = () => open(ROOM, { delivery: { guarantee: "at_least_once" } });

test("a client with a name for each of 20,000 cursors keeps a thousand, and others are asked to start anew", {
  skip,
}, async (t) => {
  const limits = { cursors: CURSORS, messages_per_second: 10_000, message_burst: 10_000 };
  const server = await startV2(t, [stream()], { limits });
  const reader = await member(t, server, "rooms/1");
  reader.send(ack("rooms/1", "5-0", "reader"));
  assert.equal((await reader.hears("ack")).payload.cursor, "5-0");
  const before = await memoryOf(server.pid);
  const attacker = await member(t, server, "rooms/1");
  const name = (number) => String(number).padEnd(255, "x");
  for (let number = 0; number < ACKS; number += 500) {
    attacker.send(...Array.from({ length: 500 }, (_, more) => ack("rooms/1", HUGE_ID, name(number + more))));
    for (let answers = 0; answers < 500; answers += 1) await attacker.hears("ack");
  }
  const { peak } = await memoryOf(server.pid);
  assert.ok(peak - before.now < 4 * MEGABYTE, `${Math.round((peak - before.now) / MEGABYTE)} MB more at the peak`);
  assert.equal((await resumed(t, server, "reader")).resumed, false, "the oldest has made room");
  assert.deepEqual(await resumed(t, server, name(ACKS - 1)), { resumed: true, cursor: HUGE_ID });
});

test("a cursor's channel cannot have a long name by way of a tenant's", { skip }, async (t) => {
  const server = await startV2(t, [stream()]);
  const before = await memoryOf(server.pid);
  for (let number = 0; number < 10; number += 1) {
    const attacker = await attack(t, server, `${`tenant-${number}`.padEnd(60_000, "x")}:${ADDRESS}`);
    assert.equal((await attacker.hears("error")).payload.message, "Unknown connection hash");
    assert.equal(await attacker.closed(), 4401);
  }
  const { now } = await memoryOf(server.pid);
  assert.ok(now - before.now < 4 * MEGABYTE, `${Math.round((now - before.now) / MEGABYTE)} MB more`);
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
  assert.equal((await next(attacker)).payload.message, "Internal error");
});

/** Resolves with what a join says about the cursor of this name. */
async function resumed(t, server, clientId) {
  const client = await attack(t, server);
  client.send(join("rooms/1", clientId));
  const { payload } = await client.hears("join");
  return { resumed: payload.resumed, cursor: payload.cursor };
}

async function next(client) {
  await client.arrival();
  return client.take()[0];
}

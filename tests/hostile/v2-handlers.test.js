// Handlers and triggers of Realtime V2 that never answer, answer too much, or are asked about very many recipients.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LARGE } from "../support/attacker.js";
import { MEGABYTE, skip, watchMemory } from "../support/memory.js";
import { metric } from "../support/metrics.js";
import { attack, broadcast, join, member, open, servesOthers, startEndpoint, startV2 } from "../support/v2-attack.js";

const ROOM = "room";
/** The questions that may be open at one URL, and those of one channel. */
const [OPEN_PER_URL, OPEN_PER_CHANNEL] = [64, 32];

test("handlers and triggers that never answer: every frame is answered in the end, and others are served", {
  skip: process.env.LONG ? false : "it takes long: LONG=1",
}, async (t) => {
  const silent = await startEndpoint(t, () => {});
  const handled = open("rooms/{id}", { messages: [{ name: "send", handler: silent.url }] });
  const [server, another] = await Promise.all([
    startV2(t, [handled, open(ROOM)]),
    startV2(t, [open(ROOM)], { server: { triggers: { connect: silent.url } } }),
  ]);
  const refused = Promise.all(Array.from({ length: 200 }, () => refusal(t, another)));

  const attackers = [];
  for (let socket = 0; socket < 20; socket += 1) {
    const attacker = await attack(t, server);
    const rooms = Array.from({ length: 100 }, (_, number) => `rooms/${number}`);
    attacker.send(...rooms.map((room) => join(room)));
    for (const _ of rooms) await attacker.hears("join");
    attacker.send(...rooms.map((room) => broadcast(room, "hello")));
    attackers.push(attacker);
  }
  await servesOthers(t, server);
  for (const attacker of attackers) {
    for (let answer = 0; answer < 100; answer += 1) {
      assert.match((await attacker.hears("error")).payload.message, /^The message handler (failed|is busy); nothing/);
    }
  }
  // Each server has such a bound. The endpoint may hear of a question before it hears of the end of the one before.
  assert.ok(silent.mostOpen <= 4 * OPEN_PER_URL, `${silent.mostOpen} requests at the same time`);
  for (const code of await refused) assert.ok([4401, 1013].includes(code), `closed with ${code}`);
  assert.equal(await metric(another, "xano_connections"), 0);
});

test("an answer larger than a frame may be is a failure, and takes no memory", { skip }, async (t) => {
  const huge = JSON.stringify("y".repeat(2 * MEGABYTE));
  const generous = await startEndpoint(t, (response) => response.end(huge));
  const server = await startV2(t, [open(ROOM, { messages: [{ name: "send", handler: generous.url }] })]);
  const sender = await member(t, server, ROOM);
  const memory = await watchMemory(server);
  sender.send(...Array.from({ length: 20 }, (_, number) => broadcast(ROOM, number)));
  for (let number = 0; number < 20; number += 1) {
    assert.match((await sender.hears("error")).payload.message, /handler failed/);
  }
  await memory.peakedBelow(8 * MEGABYTE);
});

test("a large message on a channel that asks about each of 500 recipients is not copied for each", {
  skip,
}, async (t) => {
  const silent = await startEndpoint(t, () => {});
  const settings = { delivery: { per_recipient: true }, triggers: { deliver: silent.url } };
  const server = await startV2(t, [open(ROOM, settings)]);
  const [sender] = await Promise.all(Array.from({ length: 500 }, () => member(t, server, ROOM)));
  const memory = await watchMemory(server);
  sender.send(...Array.from({ length: 4 }, () => broadcast(ROOM, LARGE)));
  await servesOthers(t, server);
  await memory.peakedBelow(60 * MEGABYTE);
  assert.ok(silent.requests <= OPEN_PER_CHANNEL, `${silent.requests} requests`);
});

/** Connects, and resolves with the close code. */
async function refusal(t, server) {
  return (await attack(t, server)).closed();
}

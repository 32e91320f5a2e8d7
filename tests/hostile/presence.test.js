// Presence does not multiply the frames of one client: rapid joins and leaves reach the members in batches.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Attacker } from "../support/attacker.js";
import { startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";

const CHANNEL = "lobby";
const MEMBERS = 50;
const ROUNDS = 700;

const join = (presence) => ({ action: "join", options: { channel: CHANNEL }, payload: { presence } });
const leave = { action: "leave", options: { channel: CHANNEL }, payload: null };

test("a client that joins and leaves 700 times is disconnected, and the members receive only a few updates", async (t) => {
  const server = await startServer({ settings: settings(room(CHANNEL, { client_public_messaging: false })) });
  t.after(() => server.dispose());
  const members = [];
  for (let number = 0; number < MEMBERS; number += 1) members.push(await joined(t, server));
  const attacker = await Attacker.open(server);
  attacker.send(...Array.from({ length: ROUNDS }, () => [join(false), leave]).flat());
  assert.equal(await attacker.closed(), 1008, "too much of it is refused");

  // This member joins last, so its join is announced after all earlier updates.
  const last = await joined(t, server);
  let updates = 0;
  for (const member of members) {
    for (let name; name !== last.socketId; ) {
      const { payload } = await member.hears("presence_update");
      name = payload.presence.socketId;
      if (name === attacker.socketId || !members.some(({ socketId }) => socketId === name)) updates += 1;
    }
  }
  const perMember = updates / MEMBERS;
  assert.ok(perMember < 120, `${perMember} updates for each member; ${2 * ROUNDS} frames were sent`);
});

test("the presence list names as many members as its limit says, and counts the others", async (t) => {
  const server = await startServer({
    settings: settings(room(CHANNEL)),
    limits: { presence_members: 3 },
  });
  t.after(() => server.dispose());
  const [first, , , fourth] = [
    await joined(t, server),
    await joined(t, server),
    await joined(t, server),
    await joined(t, server),
  ];
  const watcher = await joined(t, server);
  assert.deepEqual([watcher.list.presence.length, watcher.list.more], [4, 1], "it sees itself beside the three");
  first.end();
  const left = await watcher.hears("presence_update");
  assert.deepEqual([left.payload.action, left.payload.presence.socketId], ["leave", first.socketId]);
  const named = await watcher.hears("presence_update");
  assert.deepEqual([named.payload.action, named.payload.presence.socketId], ["join", fourth.socketId]);
});

async function joined(t, server) {
  const client = await Attacker.open(server);
  t.after(() => client.end());
  client.send(join(true));
  client.list = (await client.hears("presence_full")).payload;
  client.socketId = client.list.presence.at(-1).socketId;
  return client;
}

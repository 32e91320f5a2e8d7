// The attacks of this folder in the words of Realtime V2: long transcripts, joins and leaves, cursors.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Attacker, LARGE } from "../support/attacker.js";
import { MEGABYTE, skip, watchMemory } from "../support/memory.js";
import { startServer } from "../support/server.js";
import { signToken } from "../support/token.js";

const SECRET = "a key of thirty-two bytes or more";
const ROOM = "rooms/1";
/** The largest size of a channel's history, whatever its number of messages is. */
const HISTORY_BYTES = 16_777_216;

const join = { action: "join", options: { channel: ROOM, client_id: "a page" } };
const leave = { action: "leave", options: { channel: ROOM } };
const broadcast = (payload) => ({ action: "broadcast", type: "send", options: { channel: ROOM }, payload });

test("64 joins in one write, each with a long transcript and a long replay, make the server hold it once", {
  skip,
}, async (t) => {
  const server = await serverWithFullChannel(t);
  const memory = await watchMemory(server);
  const attacker = await opened(t, server);
  attacker.pause();
  attacker.send(...Array.from({ length: 64 }, () => join));
  await answersOthers(t, server);
  await memory.peakedBelow(2 * HISTORY_BYTES);
  // The attacker still receives both, as fast as it reads.
  attacker.resume();
  for (const [action, last] of Object.entries({ message: true, replay: undefined })) {
    let frame;
    do frame = await attacker.hears(action);
    while (frame.payload !== "last");
    assert.equal(frame.conversation, last);
  }
});

test("40 sockets that join and read nothing share the bytes of the transcript", { skip }, async (t) => {
  const server = await serverWithFullChannel(t);
  const memory = await watchMemory(server);
  for (let number = 0; number < 40; number += 1) {
    const attacker = await opened(t, server);
    attacker.pause();
    attacker.send(join, join);
  }
  await answersOthers(t, server);
  await memory.peakedBelow(2 * HISTORY_BYTES);
});

test("a client that joins and leaves 700 times is disconnected, and a member is told little", async (t) => {
  const server = await started(t, { presence: true });
  const member = await opened(t, server);
  member.send(join);
  await member.hears("join");
  const attacker = await opened(t, server);
  attacker.send(...Array.from({ length: 700 }, () => [join, leave]).flat());
  assert.equal(await attacker.closed(), 1008);
  // This user joins last, so its join is told after all earlier changes.
  const token = signToken(SECRET, { dbo_id: 5, id: 9, exp: Math.floor(Date.now() / 1_000) + 3_600 });
  (await opened(t, server, { token })).send(join);
  let changes = 0;
  for (let id; id !== "9"; changes += 1) id = (await member.hears(/^presence_(join|leave)$/)).payload.member.id;
  assert.ok(changes < 120, `${changes} changes; 1,400 frames were sent`);
});

test("a client with a new client id for each acknowledgement moves as many cursors as the limit says", {
  skip,
}, async (t) => {
  const limits = { cursors: 100, messages_per_second: 1_000_000, message_burst: 1_000_000, bytes_per_second: 0 };
  const server = await started(t, {}, limits);
  const attacker = await opened(t, server);
  attacker.send(join);
  await attacker.hears("join");
  const memory = await watchMemory(server);
  const long = "x".repeat(240);
  for (let round = 0; round < 100; round += 1) {
    const acks = Array.from({ length: 1_000 }, (_, number) => {
      const options = { channel: ROOM, client_id: `${long}${round}-${number}`, id: "1-1" };
      return { action: "ack", options };
    });
    attacker.send(...acks);
    for (let answers = 0; answers < acks.length; answers += attacker.take().length) await attacker.arrival();
  }
  // 100,000 client ids take 25 MB alone.
  await memory.isBelow(10 * MEGABYTE);
});

/** Starts a server with one channel, an at-least-once one with a transcript. */
async function started(t, changes, limits = { bytes_per_second: 1_000_000_000 }) {
  const channel = {
    name: "rooms/{room_id}",
    anonymous_clients: true,
    publish: { who: "anyone" },
    conversation: { enabled: true, limit: 1_000 },
    delivery: { guarantee: "at_least_once" },
    messages: [{ name: "send" }],
    ...changes,
  };
  const main = { name: "main", canonical: "rtmain01", enabled: true, channels: [channel] };
  const server = await startServer({ settings: { servers: [main] }, limits, secret: SECRET });
  t.after(() => server.dispose());
  return server;
}

/** Starts a server whose channel keeps as much as it may, and at the end a short message. */
async function serverWithFullChannel(t) {
  const server = await started(t, {});
  const sender = await opened(t, server);
  sender.send(join);
  await sender.hears("join");
  for (const payload of [...Array(80).fill(LARGE), "last"]) {
    sender.send(broadcast(payload));
    await sender.hears("broadcast");
  }
  sender.end();
  return server;
}

async function opened(t, server, options) {
  const socketUrl = `ws://127.0.0.1:${server.port}/ws/rtmain01`;
  const client = await Attacker.open({ port: server.port, socketUrl }, options);
  t.after(() => client.end());
  return client;
}

/** Checks that another client is served during the attack. */
async function answersOthers(t, server) {
  const other = await opened(t, server);
  for (let number = 0; number < 20; number += 1) {
    other.send({ action: "ping" });
    await other.hears("pong");
  }
}

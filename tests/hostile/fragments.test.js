// A client that floods the server with the fragments of an endless or empty message.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Attacker, maskedFrame } from "../support/attacker.js";
import { startServer } from "../support/server.js";

const NOTHING = Buffer.alloc(0);
const BEGINNING = maskedFrame(0x01, NOTHING);
const CONTINUATION = maskedFrame(0x00, NOTHING);
const END = maskedFrame(0x80, NOTHING);
const CHANNEL = "marvel-chat-room";

test("a client whose message never ends is closed with 1008 after too many empty fragments", async (t) => {
  const { server, attacker } = await staged(t);

  attacker.sendBytes(BEGINNING);
  for (let writes = 0; writes < 100; writes++) attacker.sendBytes(repeated(CONTINUATION, 1_000));

  assert.equal(await attacker.closed(), 1008);
  await goesOn(server);
});

test("a client that sends an empty message in too many fragments is closed with 1008", async (t) => {
  const { server, attacker } = await staged(t);

  attacker.sendBytes(Buffer.concat([BEGINNING, repeated(CONTINUATION, 10_000), END]));

  assert.equal(await attacker.closed(), 1008);
  await goesOn(server);
});

test("a message in fragments of a kilobyte, as proxies send them, is delivered", async (t) => {
  const { attacker: client } = await staged(t);
  const frame = { action: "message", options: { channel: CHANNEL }, payload: "x".repeat(200_000) };
  const bytes = Buffer.from(JSON.stringify(frame));
  const pieces = [];
  for (let start = 0; start < bytes.length; start += 1_024) pieces.push(bytes.subarray(start, start + 1_024));

  client.send({ action: "join", options: { channel: CHANNEL }, payload: null });
  for (const [index, piece] of pieces.entries()) {
    const isLast = index === pieces.length - 1;
    client.sendBytes(maskedFrame((index === 0 ? 0x01 : 0x00) | (isLast ? 0x80 : 0x00), piece));
  }

  assert.equal((await client.hears("message")).payload.length, 200_000);
});

async function staged(t) {
  const server = await startServer();
  t.after(() => server.dispose());
  const attacker = await Attacker.open(server);
  t.after(() => attacker.end());
  return { server, attacker };
}

async function goesOn(server) {
  const bystander = await Attacker.open(server);
  bystander.send({ action: "join", options: { channel: CHANNEL }, payload: null });
  await bystander.hears("join");
  bystander.end();
}

function repeated(frame, times) {
  return Buffer.concat(Array.from({ length: times }, () => frame));
}

// A client that floods the server with ping and pong frames of the WebSocket protocol.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Attacker, maskedFrame } from "../support/attacker.js";
import { startServer } from "../support/server.js";

const FRAMES_PER_WRITE = 1_000;
/** More writes than the limits below allow, even if they take a whole minute. */
const WRITES = 20;

for (const [name, firstByte] of [
  ["ping", 0x89],
  ["pong", 0x8a],
]) {
  test(`a client that floods the server with ${name} frames is closed with 1008, and other clients are served`, async (t) => {
    const limits = { messages_per_second: 10, message_burst: 20, channels_per_socket: 10 };
    const server = await startServer({ limits });
    t.after(() => server.dispose());
    const flood = Buffer.concat(
      Array.from({ length: FRAMES_PER_WRITE }, () => maskedFrame(firstByte, Buffer.alloc(0))),
    );
    const attacker = await Attacker.open(server);
    const bystander = await Attacker.open(server);

    for (let writes = 0; writes < WRITES; writes++) attacker.sendBytes(flood);

    assert.equal((await attacker.hears("error")).payload.code, "too_fast");
    assert.equal(await attacker.closed(), 1008);
    bystander.send({ action: "join", options: { channel: "marvel-chat-room" }, payload: null });
    await bystander.hears("join");
    bystander.end();
  });
}

test("a client that sends pings below the rate stays connected", async (t) => {
  const server = await startServer();
  t.after(() => server.dispose());
  const client = await Attacker.open(server);

  for (let pings = 0; pings < 100; pings++) client.sendBytes(maskedFrame(0x89, Buffer.from("there?")));

  client.send({ action: "join", options: { channel: "marvel-chat-room" }, payload: null });
  await client.hears("join");
  assert.equal(client.closeCode, undefined);
  client.end();
});

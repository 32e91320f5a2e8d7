// An anonymous socket sends a slow trigger as many questions as it can, while another client uses the same trigger.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { Attacker } from "../support/attacker.js";
import { room, settings } from "../support/settings.js";
import { SingleServer } from "../support/single-server.js";

const CHANNELS = 70;
const MESSAGES = 40;
/** The number of questions that one socket may have open at one URL. */
const OPEN_AT_ONCE = 4;
const KEY = "a key for triggers, of thirty-two bytes or more";

test("a socket that asks a trigger about seventy channels does not block other sockets", async (t) => {
  const trigger = await startTrigger(t);
  const triggers = { message: trigger.url };
  const server = new SingleServer({
    settings: settings(
      room("many/*", { wildcard: true, presence: false, triggers }),
      room("victim", { presence: false, triggers }),
    ),
    env: { XANO_TRIGGER_SECRET: KEY },
  });
  t.after(() => server.dispose());
  await server.start();
  const attacker = await Attacker.open(server);
  const victim = await Attacker.open(server);
  victim.send(joins("victim"));
  await victim.hears("join");

  const channels = Array.from({ length: CHANNELS }, (_, number) => `many/${number}`);
  attacker.send(...channels.map(joins));
  for (const _ of channels) await attacker.hears("join");
  attacker.send(...channels.map((channel) => message(channel)));
  await trigger.holds(OPEN_AT_ONCE);

  for (let number = 0; number < MESSAGES; number += 1) {
    victim.send(message("victim", number));
    const { payload } = await victim.hears("message");
    assert.equal(payload, number);
  }
  assert.deepEqual(
    victim.take().filter(({ action }) => action === "error"),
    [],
    "none of the messages was refused",
  );
  assert.equal(trigger.open, OPEN_AT_ONCE, "the attacker has no more questions open");
  assert.equal(trigger.forged, 0, "every request is signed");
  trigger.release();
});

/** Starts a trigger that answers with the payload: for the victim at once, for the attacker on release. */
async function startTrigger(t) {
  /** The answers to the requests that are open. */
  const held = new Set();
  const trigger = { forged: 0 };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (!isSigned(request.headers["x-xano-signature"], body)) trigger.forged += 1;
    const { channel, payload } = JSON.parse(body);
    const answer = () => response.end(JSON.stringify(payload));
    if (channel === "victim") answer();
    else held.add(answer);
    response.once("close", () => held.delete(answer));
    server.emit("held");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return Object.defineProperties(trigger, {
    url: { value: `http://127.0.0.1:${server.address().port}/` },
    open: { get: () => held.size },
    holds: {
      value: async (questions) => {
        while (held.size < questions) await once(server, "held");
      },
    },
    release: { value: () => held.forEach((answer) => answer()) },
  });
}

function isSigned(header, body) {
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  return signature === createHmac("sha256", KEY).update(`${seconds}.${body}`).digest("hex");
}

function joins(channel) {
  return { action: "join", options: { channel }, payload: {} };
}

function message(channel, payload = "hello") {
  return { action: "message", options: { channel }, payload };
}

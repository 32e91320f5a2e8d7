// Generated frames of Realtime V2 on the real server: each is answered, the other members are served, and no memory is
// left behind. LONG=1 sends 100,000 of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryOf, skip } from "../support/memory.js";
import { metric } from "../support/metrics.js";
import { open, startEndpoint, startV2 } from "../support/v2-attack.js";
import { tokenOf } from "../support/v2/rooms.js";
import { Generator } from "./generator.js";
import { Visitor } from "./visitor.js";

const SEED = Number(process.env.SEED ?? 20_260_801);
const FRAMES = process.env.LONG ? 100_000 : 20_000;
const BATCH = 100;
const LAST = "last";
const HANDLED = "handled";
const LISTED = "open";
/** What a handler answers. Most of it is bad. */
const ANSWERS = [
  "",
  "{",
  "[".repeat(1_000),
  '"\\ud800"',
  "null",
  "false",
  '{"allowed":1}',
  "\u0000",
  "x".repeat(400_000),
];
const OFF = { messages_per_second: 0, bytes_per_second: 0, bad_frames_per_minute: 0 };

test(`${FRAMES} generated frames are each answered and leave no memory behind, seed ${SEED}`, { skip }, async (t) => {
  let answers = 0;
  const handler = await startEndpoint(t, (response) => {
    answers += 1;
    response.end(ANSWERS[answers % ANSWERS.length]);
  });
  const server = await startV2(t, channels(handler.url), { limits: OFF });
  const token = tokenOf(7, {}, { exp: 4_000_000_000 });
  const [hostile, ...witnesses] = [undefined, undefined, token].map((token) => Visitor.knock(server, "main", token));
  const clients = await Promise.all([hostile, ...witnesses]);
  for (const client of clients) {
    await client.refusal();
    await client.joins(LAST);
    await client.joins(HANDLED);
  }
  const sent = await sendAll(server, clients);
  const { heard } = sent;
  // An acknowledgement that cannot count has no answer.
  const answered = heard.length - heard.filter(({ action, channel }) => action === "join" && channel === LISTED).length;
  const frames = FRAMES + FRAMES / BATCH;
  assert.ok(answered <= frames && answered >= frames - sent.acks, `${answered} answers, ${sent.acks} acknowledgements`);
  for (const frame of heard) if (frame.action === "error") saysWhy(frame.payload);
  const [half, all] = sent.memory;
  assert.ok(all < half + 4_000_000, `${half} bytes after half of the frames, ${all} after all`);

  for (const client of clients) client.end();
  while ((await metric(server, "xano_connections")) > 0);
  assert.equal(await metric(server, "xano_members"), 0);
  assert.doesNotMatch(server.log, /panicked/);
});

function channels(handler) {
  const direct = { publish: { who: "anyone", direct: true } };
  return [
    open(LISTED, { presence: true, ...direct, conversation: { enabled: true, limit: 25 } }),
    open("rooms/{id}", { input: [{ name: "id", type: "int" }], delivery: { guarantee: "at_least_once" }, ...direct }),
    open(HANDLED, { messages: [{ name: "send", handler }] }),
    open(LAST),
  ];
}

/** Sends all frames in batches, each of which every client has seen before the next one. */
async function sendAll(server, [hostile, ...witnesses]) {
  const names = [LISTED, "rooms/1", "rooms/2", "rooms/x", "rooms/", "nowhere", "", "x".repeat(256)];
  const generator = new Generator(SEED, names);
  const sent = { acks: 0, heard: [], memory: [] };
  for (let number = 0; number < FRAMES; number += BATCH) {
    for (let frame = 0; frame < BATCH; frame += 1) {
      const { action, data } = generator.frame();
      if (action === "ack") sent.acks += 1;
      hostile.socket.send(data);
    }
    hostile.broadcast(HANDLED, generator.value(3));
    hostile.broadcast(LAST, number);
    sent.heard.push(...(await untilLast(hostile, number)));
    for (const witness of witnesses) await untilLast(witness, number);
    if ((number + BATCH) % (FRAMES / 2) === 0) sent.memory.push((await memoryOf(server.pid)).now);
  }
  // The answers of a channel have an order: this is the last one.
  hostile.broadcast(HANDLED, "the end", "no such type");
  const isEnd = ({ payload }) => payload?.message === "Unknown message type: no such type";
  sent.heard.push(...answersIn(await hostile.until(isEnd, "end")).slice(0, -1));
  return sent;
}

/** Resolves with the answers before the receipt of a batch's last message; witnesses get the message alone. */
async function untilLast(client, number) {
  const isLast = ({ action, channel, payload }) => action === "message" && channel === LAST && payload === number;
  const frames = await client.until(isLast, "message");
  return answersIn(frames);
}

/** Frames that are not answers are those that the server sends on its own, and what follows a join. */
function answersIn(frames) {
  const others = /^(message|replay|presence_join|presence_leave|conversation_start|conversation_end)$/;
  const isReceiptOfLast = ({ action, channel }) => action === "broadcast" && channel === LAST;
  return frames.filter((frame) => !others.test(frame.action) && !isReceiptOfLast(frame));
}

function saysWhy({ message }) {
  assert.ok(message.length > 10, message);
}

// Two servers on one Redis, publishers and subscribers on both: everybody hears the same in the same order.
// `npm run test:more` runs it in full (LONG=1).

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import WebSocket from "ws";
import { within } from "../chaos/within.js";
import { startCluster } from "../support/cluster.js";
import { room, settings } from "../support/settings.js";

globalThis.WebSocket ??= WebSocket;
const { XanoClient, XanoObjectStorage } = await import("../../pkg/index.js");

const ROOM = "order";
const END = "end";
const PUBLISHERS = 4;
const { messages, subscribers } = process.env.LONG
  ? { messages: 20_000, subscribers: 200 }
  : { messages: 2_000, subscribers: 40 };
/** So many of each publisher are on their way at once. */
const AT_ONCE = 50;
const DEADLINE_MS = 300_000;

test(`${messages} messages of ${PUBLISHERS} publishers to ${subscribers} subscribers on two servers`, async (t) => {
  const cluster = await startCluster({
    settings: settings(room(ROOM, { presence: false })),
    limits: { messages_per_second: 100_000, message_burst: 100_000, bytes_per_second: 100_000_000 },
  });
  t.after(() => cluster.dispose());
  const nodeOf = (number) => cluster.nodes[number % cluster.nodes.length];
  const listening = await Promise.all(
    Array.from({ length: subscribers }, (_, number) => Subscriber.join(t, nodeOf(number))),
  );
  const channels = await Promise.all(Array.from({ length: PUBLISHERS }, (_, number) => publisher(t, nodeOf(number))));

  const started = performance.now();
  await Promise.all(channels.map((channel, number) => publishAll(channel, number, messages / PUBLISHERS)));
  const seconds = (performance.now() - started) / 1_000;
  await channels[0].publish(END);
  const ended = Promise.all(listening.map(({ ended }) => ended));
  await within(DEADLINE_MS, ended, () => `one has heard ${Math.min(...listening.map(({ count }) => count))}`);

  t.diagnostic(`${Math.round(messages / seconds)} messages/s, each to ${subscribers} subscribers`);
  const [witness] = listening;
  assert.deepEqual(
    listening.map(({ count }) => count),
    listening.map(() => messages),
  );
  assert.deepEqual([...new Set(listening.map((subscriber) => subscriber.digest()))].length, 1, "one sequence");
  for (let number = 0; number < PUBLISHERS; number += 1) {
    const own = witness.payloads.filter(([from]) => from === number).map(([, place]) => place);
    assert.deepEqual(
      own,
      Array.from({ length: messages / PUBLISHERS }, (_, place) => place),
      "each once, in the order of its publisher",
    );
  }
});

async function publisher(t, node) {
  const channel = new XanoClient({ ...node.clientSettings, storage: new XanoObjectStorage() }).channel(ROOM);
  t.after(() => channel.destroy());
  channel.on(() => {});
  await channel.joined;
  return channel;
}

async function publishAll(channel, from, count) {
  let next = 0;
  const publishInTurn = async () => {
    while (next < count) await channel.publish([from, next++]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, publishInTurn));
}

/** Reads frames as they come, so that two hundred of them keep up. */
class Subscriber {
  count = 0;
  #hash = createHash("sha256");
  #frames = [];

  static async join(t, node) {
    const socket = new WebSocket(node.socketUrl);
    t.after(() => socket.terminate());
    await once(socket, "open");
    socket.send(JSON.stringify({ action: "join", options: { channel: ROOM }, payload: {} }));
    await once(socket, "message");
    return new Subscriber(socket);
  }

  constructor(socket) {
    this.ended = new Promise((resolve, reject) => {
      socket.on("close", (code) => reject(new Error(`a subscriber was closed with ${code}`)));
      socket.on("message", (frame) => {
        if (frame.includes(`"payload":"${END}"`)) return resolve();
        this.count += 1;
        this.#hash.update(frame);
        this.#frames.push(frame);
      });
    });
    // Those who wait for the others learn of it later.
    this.ended.catch(() => {});
  }

  digest() {
    return this.#hash.digest("hex");
  }

  get payloads() {
    return this.#frames.map((frame) => JSON.parse(frame).payload);
  }
}

// A subscriber that is frozen among many: the others miss nothing meanwhile, and it is put out in the end.
// `npm run test:more` runs it with 100 of them (LONG=1). The latencies that it prints are in docs/reliability.md.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { metric } from "../support/metrics.js";
import { startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";
import { within } from "./within.js";

const ROOM = "frozen";
const PER_SECOND = 50;
/** `phase`: so many messages before the freeze, and at least so many during it. */
const { subscribers, payloadBytes, phase, outbox } = process.env.LONG
  ? { subscribers: 100, payloadBytes: 8_192, phase: 1_000, outbox: {} }
  : { subscribers: 20, payloadBytes: 32_768, phase: 100, outbox: { outbox_bytes: 1_048_576 } };
/** One publisher sends for all: more bytes than one client may by default. */
const limits = { ...outbox, bytes_per_second: 10_000_000 };
/** Three times as long as the server bears with a client that takes nothing. */
const DEADLINE_MS = 3 * 58_000;

test(`a frozen subscriber among ${subscribers}`, async (t) => {
  const server = await startServer({ settings: settings(room(ROOM, { history: 25 })), limits });
  t.after(() => server.dispose());
  const others = await Promise.all(Array.from({ length: subscribers - 1 }, () => Subscriber.join(t, server)));
  const [witness] = others;
  // That the others came is told first: who comes next is the one to be frozen.
  await within(DEADLINE_MS, witness.sees(others.length), () => "not everybody is seen to have come");
  const frozen = fork(fileURLToPath(new URL("frozen-subscriber.js", import.meta.url)), [
    server.url,
    server.clientSettings.realtimeConnectionHash,
    ROOM,
  ]);
  t.after(() => frozen.kill("SIGKILL"));
  const announced = witness.next("presence_update");
  await once(frozen, "message");
  const { socketId } = (await announced).presence;

  const publisher = await Subscriber.join(t, server);
  await publisher.publish((number) => number < phase);
  await everyoneHears(others, phase);
  const before = takeLatencies(others);

  frozen.kill("SIGSTOP");
  const gone = witness.next(
    "presence_update",
    ({ action, presence }) => action === "leave" && presence.socketId === socketId,
  );
  let isOver = false;
  gone.catch(() => {}).then(() => (isOver = true));
  const frozenAt = performance.now();
  const published = await within(
    DEADLINE_MS,
    publisher.publish((number) => number < 2 * phase || !isOver),
    () => "the frozen subscriber is still present",
  );
  await gone;
  const seconds = ((performance.now() - frozenAt) / 1_000).toFixed(0);
  await everyoneHears(others, published);
  const during = takeLatencies(others);

  const count = await metric(server, "xano_slow_consumers_total");
  t.diagnostic(`put out after ${seconds} s, ${count === 1 ? "as its outbox was full" : "as it answered nothing"}`);
  t.diagnostic(`latency before the freeze: ${before}; during it: ${during}`);

  frozen.kill("SIGCONT");
  const told = once(frozen, "message");
  publisher.send({ isLast: true });
  const numbers = Array.from({ length: published }, (_, number) => number);
  for (const { heard } of others) assert.deepEqual(heard, numbers, "the others miss nothing");
  const [heard] = await within(DEADLINE_MS, told, () => "the frozen subscriber does not come back");
  assertLossesAreTold(heard, numbers);
  t.diagnostic(
    `the frozen one was told of its gap: ${numbers.length - heard.filter(Number.isInteger).length} messages`,
  );
});

/** Everything in order and once, up to one gap, which was told. */
function assertLossesAreTold(heard, numbers) {
  const gap = heard.indexOf("!gap");
  assert.ok(gap > 0, "it was told of a gap");
  const before = heard.slice(0, gap).filter(Number.isInteger);
  const after = heard.slice(gap + 1);
  assert.deepEqual(before, numbers.slice(0, before.length));
  assert.deepEqual(after, numbers.slice(numbers.length - after.length));
}

/** So many messages; which ones is looked at later. */
function everyoneHears(subscribers, count) {
  const all = Promise.all(subscribers.map((subscriber) => subscriber.hears(count)));
  const heard = () => subscribers.map(({ heard }) => heard.length);
  return within(DEADLINE_MS, all, () => `one of the others heard ${Math.min(...heard())} of ${count}`);
}

function takeLatencies(subscribers) {
  const all = subscribers.flatMap(({ latencies }) => latencies.splice(0)).sort((one, other) => one - other);
  const at = (share) => `${all[Math.floor(all.length * share)].toFixed(1)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)} (${all.length} deliveries)`;
}

/** On plain frames: a hundred of them must not be what is measured. */
class Subscriber {
  heard = [];
  latencies = [];
  #socket;
  #closed;
  #awaited = new Set();

  static async join(t, server) {
    const socket = new WebSocket(server.socketUrl);
    t.after(() => socket.terminate());
    await once(socket, "open");
    const subscriber = new Subscriber(socket);
    const joined = subscriber.next("join");
    socket.send(JSON.stringify({ action: "join", options: { channel: ROOM }, payload: { presence: true } }));
    await joined;
    return subscriber;
  }

  constructor(socket) {
    this.#socket = socket;
    this.#closed = new Promise((_, reject) => {
      socket.once("close", (code) => reject(new Error(`one that was not frozen was closed with ${code}`)));
    });
    this.#closed.catch(() => {});
    socket.on("message", (data) => this.#hear(JSON.parse(data)));
  }

  /** The payload of the next such action, or of any action; rejects when the server closes instead. */
  next(action = undefined, isMeant = () => true) {
    return new Promise((resolve, reject) => {
      this.#awaited.add({ action, isMeant, resolve });
      this.#closed.catch(reject);
    });
  }

  async sees(count) {
    // Members arrive in `presence_full` as well, if this one joined after them.
    while (this.#present.size < count) await this.next();
  }

  async hears(count) {
    while (this.heard.length < count) await this.next("message");
  }

  send(payload) {
    this.#socket.send(JSON.stringify({ action: "message", options: { channel: ROOM }, payload }));
  }

  /**
   * At a fixed rate, as long as it is to go on. Resolves with how many there are. What could not be sent in time is not
   * made up for: in this process are also those who read it, and they must not look like frozen ones on a busy machine.
   */
  async publish(goesOn) {
    const filling = "x".repeat(payloadBytes);
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        if (!goesOn(this.#published)) return resolve(clearInterval(timer));
        this.send({ number: this.#published, at: performance.now(), filling });
        this.#published += 1;
      }, 1_000 / PER_SECOND);
    });
    return this.#published;
  }

  #published = 0;
  #present = new Set();

  #hear({ action, payload }) {
    if (action === "presence_full") for (const { socketId } of payload.presence) this.#present.add(socketId);
    if (action === "presence_update" && payload.action === "join") this.#present.add(payload.presence.socketId);
    if (action === "message" && !payload.isLast) {
      this.latencies.push(performance.now() - payload.at);
      this.heard.push(payload.number);
    }
    for (const awaited of this.#awaited) {
      if ((awaited.action ?? action) !== action || !awaited.isMeant(payload)) continue;
      this.#awaited.delete(awaited);
      awaited.resolve(payload);
    }
  }
}

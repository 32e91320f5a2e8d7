// Publishers and subscribers, each with a connection of its own by way of a proxy of its own.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { room, settings } from "../support/settings.js";
import { startServer } from "../support/server.js";
import { startProxy } from "../support/proxy.js";
import { within } from "./within.js";

globalThis.WebSocket ??= WebSocket;
const { XanoClient, XanoObjectStorage } = await import("../../pkg/index.js");

export const ROOM = "chaos";
export const END = "end";

/** A stalled connection is noticed after 20 s, a connection is back after a few more: what takes three times that has failed. */
const DEADLINE_MS = 90_000;

/** `start`: what they connect to, of the options of `startServer`. `publishing`: the publishers' options of the channel. */
export async function startCrowd({ publishers, subscribers, history = 1_000, start = startServer, publishing = {} }) {
  const server = await start({
    settings: settings(room(ROOM, { history })),
    limits: { messages_per_second: 5_000, message_burst: 20_000, bytes_per_second: 2_000_000 },
  });
  const crowd = new Crowd(server);
  for (let number = 0; number < publishers; number += 1) crowd.publishers.push(await crowd.join(publishing));
  for (let number = 0; number < subscribers; number += 1) crowd.subscribers.push(await crowd.join({ recover: true }));
  return crowd;
}

class Crowd {
  publishers = [];
  subscribers = [];
  proxies = [];
  #members = [];
  #children = [];

  constructor(server) {
    this.server = server;
  }

  async join(options) {
    const proxy = await startProxy(this.server.port);
    this.proxies.push(proxy);
    const { realtimeConnectionHash } = this.server.clientSettings;
    const client = new XanoClient({
      apiGroupBaseUrl: `http://127.0.0.1:${proxy.port}`,
      realtimeConnectionHash,
      storage: new XanoObjectStorage(),
    });
    const member = new Member(client.channel(ROOM, options));
    this.#members.push(member);
    await member.channel.joined;
    return member;
  }

  /** The original as one more subscriber, by way of a proxy of its own. Resolves with a function that asks what it heard. */
  async joinWithTheOriginal() {
    const proxy = await startProxy(this.server.port);
    this.proxies.push(proxy);
    const program = fileURLToPath(new URL("original-subscriber.js", import.meta.url));
    const child = fork(program, [proxy.port, this.server.clientSettings.realtimeConnectionHash, ROOM]);
    this.#children.push(child);
    await once(child, "message");
    return async () => {
      const answered = once(child, "message");
      child.send("what?");
      const [heard] = await answered;
      return heard.filter((message) => message !== END);
    };
  }

  /** How many connections were cut so far. */
  get cuts() {
    return this.proxies.reduce((sum, { cuts }) => sum + cuts, 0);
  }

  /**
   * Publishes so many messages at that rate; resolves with what became of each, in the order of publishing.
   * `before(number)` is called before each.
   */
  async publish(count, perSecond, before) {
    const outcomes = [];
    const started = performance.now();
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(count, Math.floor(((performance.now() - started) / 1_000) * perSecond));
        while (outcomes.length < due) {
          before(outcomes.length);
          outcomes.push(this.#publishOne(outcomes.length));
        }
        if (outcomes.length === count) resolve(clearInterval(timer));
      }, 5);
    });
    let settled = 0;
    for (const outcome of outcomes) outcome.then(() => (settled += 1));
    return within(DEADLINE_MS, Promise.all(outcomes), () => `${count - settled} of ${count} published have no outcome`);
  }

  #publishOne(number) {
    const from = number % this.publishers.length;
    const message = `${from}:${Math.floor(number / this.publishers.length)}`;
    return this.publishers[from].channel.publish(message).then(
      () => ({ message, taken: true }),
      ({ code }) => ({ message, code }),
    );
  }

  /** Says that this was all, and waits until every subscriber has heard so. */
  async end() {
    await this.publishers[0].channel.publish(END);
    await Promise.all(this.subscribers.map((subscriber) => subscriber.heardTheEnd()));
  }

  async leave() {
    for (const { channel } of this.#members) channel.destroy();
    for (const child of this.#children) child.kill();
    for (const proxy of this.proxies) proxy.close();
    await this.server.dispose();
  }
}

class Member {
  /** What it was told, in order: messages, and the codes of errors as `!code`. */
  heard = [];
  interruptions = 0;
  #hasHeardTheEnd = false;
  #onEnd = () => {};

  constructor(channel) {
    this.channel = channel;
    const hear = ({ action, payload }) => {
      if (action === "connection_status" && payload.status === "disconnected") this.interruptions += 1;
      if (action === "error") this.heard.push(`!${payload.code}`);
      if (action !== "message") return;
      if (payload !== END) return this.heard.push(payload);
      this.#hasHeardTheEnd = true;
      this.#onEnd();
    };
    channel.on(hear, hear);
  }

  heardTheEnd() {
    const heard = new Promise((resolve) => {
      if (this.#hasHeardTheEnd) resolve();
      this.#onEnd = resolve;
    });
    return within(DEADLINE_MS, heard, () => `no end; the last of ${this.heard.length} was ${this.heard.at(-1)}`);
  }
}

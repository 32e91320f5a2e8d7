// Publishers and subscribers of an at-least-once channel of Realtime V2, each with a connection of its own by way of a
// proxy of its own. The handlers of subscribers fail now and then.

import WebSocket from "ws";
import { within } from "../chaos/within.js";
import { startProxy } from "../support/proxy.js";
import { signToken } from "../support/token.js";
import { ADDRESS, open } from "../support/v2-attack.js";
import { SECRET } from "../support/v2/rooms.js";
import { SingleServer } from "../support/single-server.js";
import { END, Member } from "./stream-member.js";

const ROOM = "chaos";
/** So many messages may wait for their receipts, or for a subscriber. A client lets 1,000 wait for their receipts. */
const OUTSTANDING = 400;
/** A connection is back after a few seconds, even on a busy machine; what takes so long has failed. */
const DEADLINE_MS = 240_000;

/** The members by the ports of their proxies: a socket is known by its URL. */
const members = new Map();

globalThis.WebSocket = class extends WebSocket {
  send(text) {
    const frame = JSON.parse(text);
    if (frame.action === "ack") members.get(new URL(this.url).port)?.noteAck(this, frame.payload.cursor);
    super.send(text);
  }
};
const { XanoClient, XanoObjectStorage } = await import("../../pkg/index.js");

/** `window`: how many messages the channel keeps. */
export async function startCrowd(t, { publishers, subscribers, window, dice }) {
  const room = open(ROOM, {
    conversation: { enabled: false, limit: window },
    delivery: { guarantee: "at_least_once" },
  });
  const servers = [{ name: "main", canonical: ADDRESS, enabled: true, channels: [room] }];
  const limits = { messages_per_second: 5_000, message_burst: 20_000, bytes_per_second: 2_000_000 };
  const server = new SingleServer({ settings: { servers }, limits, secret: SECRET });
  t.after(() => server.dispose());
  await server.start();
  const crowd = new Crowd(t, server, dice);
  for (let number = 0; number < publishers; number += 1) {
    const publisher = await crowd.join(`publisher ${number}`);
    // It hears everything too, and acknowledges it. Its own handlers are not what is shown here.
    publisher.channel.off("message");
    crowd.publishers.push(publisher);
  }
  for (let number = 0; number < subscribers; number += 1) {
    // Every second one is a user, whose cursor is its row's; the others are known by their client ids.
    const token = number % 2 === 1 ? signToken(SECRET, { dbo_id: 1, id: number, extras: {}, exp: 4_000_000_000 }) : "";
    crowd.subscribers.push(await crowd.join(`subscriber ${number}`, token));
  }
  return crowd;
}

class Crowd {
  publishers = [];
  subscribers = [];
  proxies = [];
  /** How many messages have no receipt yet, and how many have one. */
  #outstanding = 0;
  #taken = 0;

  constructor(t, server, dice) {
    this.t = t;
    this.server = server;
    this.dice = dice;
  }

  async join(clientId, token) {
    const proxy = await startProxy(this.server.port);
    this.proxies.push(proxy);
    this.t.after(() => proxy.close());
    const client = new XanoClient({
      apiGroupBaseUrl: `http://127.0.0.1:${proxy.port}`,
      realtimeConnectionCanonical: ADDRESS,
      realtimeVersion: 2,
      realtimeClientId: clientId,
      storage: new XanoObjectStorage(),
      ...(token && { realtimeAuthToken: token }),
    });
    const member = new Member(client.channel(ROOM, { messageType: "send" }), proxy, this.dice);
    members.set(String(proxy.port), member);
    this.t.after(() => member.channel.destroy());
    await member.channel.joined;
    return member;
  }

  /** How many connections were cut so far. */
  get cuts() {
    return this.proxies.reduce((sum, { cuts }) => sum + cuts, 0);
  }

  /**
   * Publishes messages until there are enough, at that rate as far as all keep up; `before()` is called before each.
   * What is not confirmed is published again, as an application does. Resolves with `{payload, id, attempts}` for each.
   */
  async publish(isEnough, perSecond, before) {
    const outcomes = [];
    const started = performance.now();
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.floor(((performance.now() - started) / 1_000) * perSecond);
        while (outcomes.length < due && !this.#isBehind() && !isEnough(outcomes.length)) {
          before();
          outcomes.push(this.#publishOne(outcomes.length));
        }
        if (isEnough(outcomes.length)) resolve(clearInterval(timer));
      }, 5);
    });
    return within(DEADLINE_MS, Promise.all(outcomes), () => "some published have no outcome");
  }

  #isBehind() {
    const isLate = ({ handled }) => this.#taken - handled.size >= OUTSTANDING;
    return this.#outstanding >= OUTSTANDING || this.subscribers.some(isLate);
  }

  async #publishOne(payload) {
    const { channel } = this.publishers[payload % this.publishers.length];
    this.#outstanding += 1;
    const taken = await untilTaken(channel, payload);
    this.#outstanding -= 1;
    this.#taken += 1;
    return { payload, ...taken };
  }

  /** Lets everything that has failed come again, and waits until all messages are handled, these among them. */
  async end(taken) {
    await untilTaken(this.publishers[0].channel, END);
    await this.#all(({ isAtTheEnd }) => isAtTheEnd, "no end");
    for (const subscriber of this.subscribers) subscriber.retryAtOnce();
    const isDone = ({ handled, open }) => open.size === 0 && taken.every(({ id }) => handled.has(id));
    await this.#all(isDone, "not handled");
  }

  #all(isSo, otherwise) {
    const late = () => `${otherwise}: ${this.subscribers.filter((subscriber) => !isSo(subscriber)).length} subscribers`;
    return within(DEADLINE_MS, Promise.all(this.subscribers.map((subscriber) => subscriber.until(isSo))), late);
  }
}

/** Publishes a message until there is a receipt. */
async function untilTaken(channel, payload) {
  for (let attempts = 1; ; attempts += 1) {
    try {
      const { id } = await channel.publish(payload);
      return { id, attempts };
    } catch (error) {
      if (!["unconfirmed", "timeout"].includes(error.code)) throw error;
    }
  }
}

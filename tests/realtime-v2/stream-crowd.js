// Publishers and subscribers of an at-least-once channel of Realtime V2, each with a connection of its own by way of a
// proxy of its own. The handlers of subscribers fail now and then.

import WebSocket from "ws";
import { within } from "../chaos/within.js";
import { startProxy } from "../support/proxy.js";
import { signToken } from "../support/token.js";
import { ADDRESS, open } from "../support/v2-attack.js";
import { SECRET } from "../support/v2/rooms.js";
import { SingleServer } from "../support/single-server.js";

const ROOM = "chaos";
const END = "end";
/** One message of so many fails when it is handed out for the first time. */
const FAILS_ONE_IN = 40;
/** A handler that has failed holds back all later acknowledgements until the next join. With so many, there is one. */
const HELD_BACK = 500;
/** The client remembers so many messages that are not acknowledged. What comes beyond them may be handed out again. */
const REMEMBERED = 1_000;
/** So many messages may wait for their receipts: a channel holds 1,000 until it is connected. */
const OUTSTANDING = 900;
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
  /** How many messages have no receipt yet. */
  #outstanding = 0;

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
   * Publishes messages until there are enough, at that rate as far as receipts keep up; `before()` is called before each.
   * What is not confirmed is published again, as an application does. Resolves with `{payload, id, attempts}` for each.
   */
  async publish(isEnough, perSecond, before) {
    const outcomes = [];
    const started = performance.now();
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.floor(((performance.now() - started) / 1_000) * perSecond);
        while (outcomes.length < due && this.#outstanding < OUTSTANDING && !isEnough(outcomes.length)) {
          before();
          outcomes.push(this.#publishOne(outcomes.length));
        }
        if (isEnough(outcomes.length)) resolve(clearInterval(timer));
      }, 5);
    });
    return within(DEADLINE_MS, Promise.all(outcomes), () => "some published have no outcome");
  }

  async #publishOne(number) {
    const { channel } = this.publishers[number % this.publishers.length];
    this.#outstanding += 1;
    for (let attempts = 1; ; attempts += 1) {
      try {
        const { id } = await channel.publish(number);
        this.#outstanding -= 1;
        return { payload: number, id, attempts };
      } catch (error) {
        if (!["unconfirmed", "timeout"].includes(error.code)) throw error;
      }
    }
  }

  /** Lets everything that has failed come again, and waits until all messages are handled, these among them. */
  async end(taken) {
    await this.publishers[0].channel.publish(END);
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

class Member {
  /** How often the handlers of each message have succeeded, by its id. */
  handled = new Map();
  /** The payloads of the handled messages, by id. */
  payloads = new Map();
  /** Ids that were handed out, and whose handlers have not succeeded yet. */
  open = new Set();
  /** Ids that the client may not remember. */
  forgotten = new Set();
  interruptions = 0;
  isAtTheEnd = false;
  /** The codes of errors. */
  errors = [];
  /** Acknowledgements that came too early, or out of order. */
  wrongAcks = [];
  #lastAcks = new WeakMap();
  #unacknowledged = new Set();
  #running = 0;
  /** Whether a handler has failed on this connection, and whether the client remembers no more. */
  #hasFailed = false;
  #isFull = false;
  #heldBack = HELD_BACK;
  #failed = new Set();
  #onChange = new Set();

  constructor(channel, proxy, dice) {
    this.channel = channel;
    this.proxy = proxy;
    this.dice = dice;
    channel.on("message", (message) => this.#handle(message));
    channel.on("error", ({ payload }) => void this.errors.push(payload.code));
    channel.on("connection_status", ({ payload }) => {
      if (payload.status === "disconnected") this.interruptions += 1;
      else this.#hasFailed = this.#isFull = false;
    });
  }

  /** Handles a message: at once or a few turns of the loop later, and now and then not. */
  async #handle({ id, payload }) {
    this.#begin(id);
    for (let turns = this.dice.below(4); turns > 0; turns -= 1) await new Promise(setImmediate);
    this.#running -= 1;
    const fails = payload !== END && !this.#failed.has(id) && this.dice.below(FAILS_ONE_IN) === 0;
    if (fails) this.#failed.add(id);
    else this.#succeed(id, payload);
    this.#hasFailed ||= fails;
    this.#retry();
    if (fails) throw new Error("a handler that fails now and then");
  }

  #begin(id) {
    this.open.add(id);
    this.#running += 1;
    this.#unacknowledged.add(id);
    this.#isFull ||= this.#unacknowledged.size > REMEMBERED;
    if (this.#isFull) this.forgotten.add(id);
  }

  #succeed(id, payload) {
    this.open.delete(id);
    this.handled.set(id, (this.handled.get(id) ?? 0) + 1);
    this.payloads.set(id, payload);
    this.isAtTheEnd ||= payload === END;
    for (const check of this.#onChange) check();
  }

  /** How many handlers have failed. */
  get failures() {
    return this.#failed.size;
  }

  /** From now on, what has failed comes again at once. */
  retryAtOnce() {
    this.#heldBack = 0;
    this.#retry();
  }

  /** Breaks the connection if a failure holds back too much. What has failed comes again after the next join. */
  #retry() {
    if (!this.#hasFailed || this.#running > 0 || this.#unacknowledged.size <= this.#heldBack) return;
    this.#hasFailed = false;
    this.proxy.shut();
    this.proxy.open();
  }

  noteAck(socket, id) {
    this.#unacknowledged.delete(id);
    const last = this.#lastAcks.get(socket);
    if (last && !isBefore(last, id)) this.wrongAcks.push(`${id} after ${last}`);
    this.#lastAcks.set(socket, id);
    const early = [...this.open].filter((open) => open === id || isBefore(open, id));
    if (early.length > 0) this.wrongAcks.push(`${id} before ${early[0]}`);
  }

  until(isSo) {
    return new Promise((resolve) => {
      const check = () => {
        if (!isSo(this)) return;
        this.#onChange.delete(check);
        resolve();
      };
      this.#onChange.add(check);
      check();
    });
  }
}

/** Whether one id, `MS-N`, is before the other. */
function isBefore(one, other) {
  const [ms, number] = one.split("-").map(Number);
  const [otherMs, otherNumber] = other.split("-").map(Number);
  return ms < otherMs || (ms === otherMs && number < otherNumber);
}

// What comes on a connection of Realtime V2, and what goes out there alone: docs/protocol-v2.md describes the wire.

import { textOf } from "../errors.js";
import { handToAll, report, THREW } from "./dispatch.js";
import { decide } from "./engine.js";
import { frameIn, kept } from "./frames.js";
import {
  ACKNOWLEDGED,
  ANSWERED,
  ANSWERS_KEYS,
  ANSWERS_PINGS,
  ARRIVED,
  BROKEN,
  CHANNEL_REFUSED,
  DELIVERY,
  DONE,
  HAS_POSITION,
  NOT_READY,
  PONGED,
  SHOWN,
} from "./numbers.js";
import { hear } from "./receive.js";
import { later, run } from "./turns.js";

/** @import { Frame } from "./frames.js" */
/** @import { Link } from "./link.js" */
/** @import { Subscription } from "./subscription.js" */
/** @import { Action } from "../types.js" */

/** What the service says until it is ready. */
const IS_NOT_READY = "Connection is not ready";

/** What is awaited on a channel of the current socket. */
export class Expected {
  /** How many broadcasts were sent, and how many of them were answered: receipts come in that order. */
  sent = 0;
  answered = 0;
  /**
   * The numbers of published messages, by how many broadcasts had been sent with them.
   * @type {Map<number, number>}
   */
  published = new Map();
  /**
   * The messages that the engine is asked about.
   * @type {Action[]}
   */
  messages = [];

  /** @param {number} [number] of a published message */
  send(number) {
    this.sent++;
    if (number) this.published.set(this.sent, number);
  }
}

/**
 * An id as the engine has it, in two numbers; nothing for a value that these do not stand for. The service counts
 * milliseconds, and messages within each: `"1788471242950-0"`.
 * @param {unknown} id
 * @returns {[high: number, low: number] | undefined}
 */
function numbersOf(id) {
  const [ms = 0, count = 0] = textOf(id).split("-").map(Number);
  const high = (ms / 65_536) >>> 0;
  const low = (ms % 65_536) * 65_536 + count;
  return idOf(high, low) === id ? [high, low] : undefined;
}

/**
 * @param {number} high
 * @param {number} low
 */
export function idOf(high, low) {
  return `${high * 65_536 + (low >>> 16)}-${low & 65_535}`;
}

/**
 * @param {Link} link
 * @param {string} data
 */
export function receiveV2(link, data) {
  const { connection } = link;
  const frame = frameIn(link, data);
  if (!frame) return;
  const { action: name, channel, payload } = frame;
  if (name === "pong") {
    decide(connection, PONGED);
    return;
  }
  if (!channel) {
    if (name === "error" && !connection.isOpen) {
      decide(connection, NOT_READY);
      if (payload?.message === IS_NOT_READY) return;
      connection.refusal = payload?.message;
    }
    handToAll(connection.handles(), frame);
    return;
  }
  const subscription = connection.subscriptions.get(channel);
  if (!subscription) return;
  // As on V1, where programs look for it.
  frame.options = { channel };
  if (name === "replay") {
    frame.action = "message";
    frame.replayed = true;
  }
  if (frame.action === "message") receiveMessage(subscription, frame);
  else receiveOther(subscription, frame);
}

/**
 * @param {Subscription} subscription
 * @param {Action} frame
 */
function receiveMessage(subscription, frame) {
  const { connection, handles, slot } = subscription;
  const numbers = numbersOf(frame.id);
  // It was on its way to an earlier membership on this socket. The replay has it, in its place.
  if (numbers && !subscription.isJoined) return;
  if (!numbers || handles.some(({ acknowledgesItself }) => acknowledgesItself)) handToAll(handles, frame);
  else {
    subscription.expected?.messages.push(frame);
    decide(connection, DELIVERY, slot, ...numbers, frame.conversation === true ? SHOWN : ARRIVED);
  }
}

/**
 * The engine has judged a message: its handlers get it, and tell when they have finished, or it came before.
 * @param {Subscription} subscription
 * @param {number} isHandedOut
 */
export function judged(subscription, isHandedOut) {
  const frame = subscription.expected?.messages.shift();
  if (!isHandedOut || !frame) return;
  later(() => {
    /** @type {unknown[]} */
    const outcomes = [];
    handToAll(subscription.handles, frame, outcomes);
    Promise.allSettled(outcomes).then((settled) => run(finished, subscription, { frame, settled }));
  });
}

/**
 * @param {Subscription} subscription
 * @param {{ frame: Action, settled: PromiseSettledResult<unknown>[] }} outcome
 */
function finished(subscription, { frame, settled }) {
  let step = DONE;
  for (const outcome of settled) {
    if (outcome.status === "rejected") report(outcome.reason);
    else if (outcome.value !== THREW) continue;
    step = BROKEN;
  }
  const { connection, slot } = subscription;
  // Its number may be that of another channel.
  if (connection.slots[slot] !== subscription) return;
  const [high, low] = /** @type {[number, number]} */ (numbersOf(frame.id));
  decide(connection, DELIVERY, slot, high, low, step);
}

/**
 * @param {Subscription} subscription
 * @param {Action} frame
 */
function receiveOther(subscription, frame) {
  const { connection, handles, slot } = subscription;
  const { action: name, payload } = frame;
  if (name === "join") {
    const hasCursor = payload?.cursor !== undefined;
    subscription.acknowledged = null;
    hear(subscription, ACKNOWLEDGED, ANSWERS_PINGS | ANSWERS_KEYS | (hasCursor ? HAS_POSITION : 0));
  } else if (name === "error" && !subscription.isJoined) {
    subscription.refusal = frame;
    decide(connection, CHANNEL_REFUSED, slot);
  } else if (subscription.isJoined && (name === "broadcast" || name === "error")) receiveReceipt(subscription, frame);
  else if (name === "presence_join" || name === "presence_leave") {
    handles.find(({ object }) => object)?.object?._track(frame);
  }
  handToAll(handles, frame);
}

/**
 * A receipt, or an error on a joined channel, answers the oldest broadcast that has no answer. What comes before the channel
 * is joined answers an earlier membership on the socket.
 * @param {Subscription} subscription
 * @param {Action} frame
 */
function receiveReceipt({ connection, expected, slot }, frame) {
  if (!expected || expected.answered === expected.sent) return;
  const number = expected.published.get(++expected.answered);
  if (!number) return;
  expected.published.delete(expected.answered);
  const { published } = kept.get(number) ?? {};
  if (!published) return;
  published.answer = frame;
  decide(connection, ANSWERED, slot, number);
}

/**
 * @param {string} channel
 * @param {any} options the `type` among them
 * @param {unknown} payload
 */
export function broadcastText(channel, { type, ...options }, payload = null) {
  return JSON.stringify({ action: "broadcast", type, options: { ...options, channel }, payload });
}

/**
 * @param {string} channel
 * @param {string} client_id
 * @param {unknown} id
 */
export function ackText(channel, client_id, id) {
  return JSON.stringify({ action: "ack", id, options: { channel, client_id, id }, payload: { cursor: id } });
}

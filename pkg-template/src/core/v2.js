// What comes on a connection of Realtime V2: docs/protocol-v2.md describes the wire.

import { handToAll, report, THREW } from "./dispatch.js";
import { decide } from "./engine.js";
import {
  ACKNOWLEDGED,
  ARRIVED,
  BROKEN,
  CHANNEL_REFUSED,
  DELIVERY,
  DONE,
  GREETED,
  HAS_POSITION,
  MISSED,
  RECEIPT,
  SHOWN,
} from "./numbers.js";
import { hear } from "./receive.js";
import { later, run } from "./turns.js";

/** @import { Connection } from "./connection.js" */
/** @import { Subscription } from "./subscription.js" */
/** @import { Action } from "../types.js" */

/** How many ids of a channel have a number at most. */
const MOST_IDS = 5_000;

let count = 0;

/**
 * @param {Connection} connection
 * @param {Action} frame
 */
export function receiveV2(connection, frame) {
  const { action: name, channel, payload, id } = frame;
  if (name === "pong") {
    decide(connection, GREETED, 1);
    return;
  }
  if (!channel) {
    if (name === "error" && !connection.isOpen) {
      decide(connection, GREETED);
      if (payload?.message === "Connection is not ready") return;
      connection.refusal = payload?.message;
    }
    handToAll(connection.handles(), frame);
    return;
  }
  const subscription = connection.subscriptions.get(channel);
  if (!subscription) return;
  const { handles, slot, messages } = subscription;
  // As on V1, where programs look for it.
  frame.options = { channel };
  if (name === "replay") {
    frame.action = "message";
    frame.replayed = true;
  }
  const isMessage = frame.action === "message";
  if (isMessage && id && typeof id === "string" && !handles.some(({ acknowledgesItself }) => acknowledgesItself)) {
    const number = messages.get(id) ?? ++count;
    messages.set(id, number).set(number, frame);
    // An id and its number stand beside each other.
    if (messages.size > 2 * MOST_IDS) for (const [key] of [...messages].slice(0, 2)) messages.delete(key);
    decide(connection, DELIVERY, slot, number, frame.conversation === true ? SHOWN : ARRIVED);
    return;
  }
  if (name === "join") {
    const hasCursor = payload?.cursor !== undefined;
    subscription.acknowledged = hasCursor ? {} : null;
    hear(subscription, ACKNOWLEDGED, hasCursor ? HAS_POSITION : 0);
    decide(connection, MISSED, slot, payload?.resumed || !messages.size);
  } else if (name === "broadcast" || name === "error") {
    subscription.refusal = frame;
    decide(connection, subscription.isJoined ? RECEIPT : CHANNEL_REFUSED, slot);
  }
  handToAll(handles, frame);
}

/**
 * The engine has judged a message: its handlers get it, and tell when they have finished, or it came before.
 * @param {Subscription} subscription
 * @param {number} number
 * @param {number} isHandedOut
 */
export function judged(subscription, number, isHandedOut) {
  const { connection, messages, slot } = subscription;
  const frame = messages.get(number);
  messages.set(number, { id: frame.id });
  if (!isHandedOut) return;
  later(() => {
    /** @type {unknown[]} */
    const outcomes = [];
    handToAll(subscription.handles, frame, outcomes);
    Promise.allSettled(outcomes).then((settled) =>
      run(() => {
        let step = DONE;
        for (const outcome of settled) {
          if (outcome.status === "rejected") report(outcome.reason);
          else if (outcome.value !== THREW) continue;
          step = BROKEN;
        }
        decide(connection, DELIVERY, slot, number, step);
      }),
    );
  });
}

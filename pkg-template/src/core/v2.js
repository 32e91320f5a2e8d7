// What comes on a connection of Realtime V2: docs/protocol-v2.md describes the wire.

import { textOf } from "../errors.js";
import { handToAll, report, THREW } from "./dispatch.js";
import { decide } from "./engine.js";
import {
  ACKNOWLEDGED,
  ARRIVED,
  CHANNEL_REFUSED,
  FINISHED,
  GREETED,
  HAS_POSITION,
  MISSED,
  RECEIPT,
} from "./numbers.js";
import { track } from "./members.js";
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
      connection.refusal = textOf(payload?.message);
    }
    handToAll(connection.handles(), frame);
    return;
  }
  const subscription = connection.subscriptions.get(channel);
  if (!subscription) return;
  const { handles, isJoined, slot, roster, messages } = subscription;
  // A service that has forgotten what it had confirmed may have forgotten messages, too.
  if (name === "ack") subscription.isConfirmed = true;
  // As on V1, where programs look for it.
  frame.options = { channel };
  if (name === "replay") {
    frame.action = "message";
    frame.replayed = true;
  }
  const hasId = frame.action === "message" && id && typeof id === "string";
  // It was on its way to an earlier membership on this socket. The replay has it, in its place.
  if (hasId && !isJoined) return;
  if (hasId && !handles.some(({ acknowledgesItself }) => acknowledgesItself)) {
    const message = messages.get(id) ?? { id, number: ++count };
    message.frame = frame;
    messages.set(id, message).set(message.number, message);
    // An id and its number stand beside each other.
    while (messages.size > 2 * MOST_IDS) messages.delete(messages.keys().next().value);
    const { number, link } = message;
    const isOfTranscript = frame.conversation === true;
    if (!isOfTranscript) message.link = connection.link;
    decide(connection, ARRIVED, slot, number, isOfTranscript, link === connection.link);
    return;
  }
  if (name === "join") {
    const { cursor, resumed } = payload ?? {};
    subscription.acknowledged = cursor === undefined ? null : {};
    hear(subscription, ACKNOWLEDGED, cursor === undefined ? 0 : HAS_POSITION);
    decide(connection, MISSED, slot, resumed === true || !subscription.isConfirmed);
  } else if (name === "error" || (isJoined && name === "broadcast")) {
    subscription.refusal = frame;
    decide(connection, isJoined ? RECEIPT : CHANNEL_REFUSED, slot);
  } else track(roster, frame, (member) => member);
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
  const message = messages.get(number);
  const { frame } = message;
  message.frame = undefined;
  if (!isHandedOut) return;
  later(() => {
    /** @type {unknown[]} */
    const outcomes = [];
    handToAll(subscription.handles, frame, outcomes);
    Promise.all(outcomes.map(end)).then((ends) => run(() => decide(connection, FINISHED, slot, number, ends.includes(THREW))));
  });
}

/** @param {unknown} outcome of a handler, a promise perhaps */
async function end(outcome) {
  try {
    return await outcome;
  } catch (error) {
    report(error);
    return THREW;
  }
}

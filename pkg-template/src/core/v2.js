// What comes on a connection of Realtime V2: docs/protocol-v2.md describes the wire.

import { handToAll, report, THREW } from "./dispatch.js";
import { decide } from "./engine.js";
import { ARRIVED, CHANNEL_REFUSED, FINISHED, MISSED, RECEIPT } from "./numbers.js";
import { track } from "./members.js";
import { later, run } from "./turns.js";

/** @import { Subscription } from "./subscription.js" */
/** @import { Action } from "../types.js" */

/** How many ids of a channel have a number at most: more than the engine remembers messages. */
const MOST_IDS = 12_000;

let count = 0;

/**
 * What comes on a channel; the acknowledgement of a join has entered the engine.
 * @param {Subscription} subscription
 * @param {Action} frame
 */
export function receiveV2(subscription, frame) {
  const { connection, handles, isJoined, slot, messages } = subscription;
  const { action: name, payload, id } = frame;
  if (name === "replay") {
    frame.action = "message";
    frame.replayed = true;
  }
  if (frame.action === "message" && id && typeof id === "string") {
    // It was on its way to an earlier membership on this socket. The replay has it, in its place.
    if (!isJoined) return;
    if (!handles.some(({ acknowledgesItself }) => acknowledgesItself)) {
      const message = messages.get(id) ?? { id, number: ++count };
      const { number, link } = message;
      const isOfTranscript = frame.conversation === true;
      if (!isOfTranscript) message.link = connection.link;
      message.frame = frame;
      messages.set(id, message).set(number, message);
      // An id and its number stand beside each other.
      while (messages.size > 2 * MOST_IDS) messages.delete(messages.keys().next().value);
      decide(connection, ARRIVED, slot, number, isOfTranscript, link === connection.link);
      return;
    }
  }
  if (name === "join") decide(connection, MISSED, slot, payload?.resumed === true || !subscription.isConfirmed);
  // A service that has forgotten what it had confirmed may have forgotten messages, too.
  else if (name === "ack") subscription.isConfirmed = true;
  else if (name === "error" || (isJoined && name === "broadcast")) {
    subscription.refusal = frame;
    decide(connection, isJoined ? RECEIPT : CHANNEL_REFUSED, slot);
  } else track(subscription.roster, frame, (member) => member);
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
    Promise.all(outcomes.map(end)).then((ends) =>
      run(() => decide(connection, FINISHED, slot, number, ends.includes(THREW))),
    );
  });
}

/**
 * A message is acknowledged. Where its id is forgotten, the acknowledgement of the next one stands for it, too.
 * @param {Subscription} subscription
 * @param {number} number
 */
export function handled(subscription, number) {
  const message = subscription.messages.get(number);
  if (message) subscription.acknowledge(message.id);
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

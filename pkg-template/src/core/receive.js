// A received message goes from the socket to the members of its channel and never enters the engine. What it says of the
// connection does.

import { textOf } from "../errors.js";
import { handToAll } from "./dispatch.js";
import { confirm } from "./confirm.js";
import { decide } from "./engine.js";
import { align, pass } from "./history.js";
import {
  ACKNOWLEDGED,
  ANSWERS_KEYS,
  ANSWERS_PINGS,
  GREETED,
  HAS_POSITION,
  HEARD,
  IS_RESTARTED,
  MISSED,
  TAKES_FRAMES,
  CHANNEL_REFUSED,
} from "./numbers.js";
import { receiveV2 } from "./v2.js";

/** @import { Link } from "./link.js" */
/** @import { Subscription } from "./subscription.js" */
/** @import { Action } from "../types.js" */

/** What the server sends to a client that is on a channel. */
const SIGNS_OF_JOINING = ["join", "presence_full", "history", "message"];

/**
 * @param {Link} link
 * @param {string} data
 */
export function receive(link, data) {
  const { connection } = link;
  if (connection.debugging) console.log("xano: received", data);
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return; // Not a frame of this protocol.
  }
  const name = frame?.action;
  if (!name || link.isDiscarded) return;
  if (link.isPinged && name === "pong") {
    decide(connection, GREETED, 1);
    return;
  }
  // Programs look for it where V1 has it.
  if (connection.isV2) frame.options = { channel: frame.channel };
  // The handlers get the frame with everything that is in it.
  frame.client ||= undefined;
  frame.options ||= undefined;
  const { options } = frame;
  const channel = options?.channel;
  if (!channel) {
    if (name === "error" && !connection.isOpen) {
      decide(connection, GREETED);
      connection.refusal = textOf(frame.payload?.message);
      if (connection.refusal === "Connection is not ready") return;
    }
    handToAll(connection.handles(), frame);
    return;
  }
  const subscription = connection.subscriptions.get(channel);
  if (subscription === undefined) return;
  if (name !== "message" || options.id !== undefined || subscription.seen || subscription.unsent) {
    receiveExtended(subscription, frame);
    return;
  }
  if (!subscription.isJoined) hear(subscription, HEARD);
  handToAll(subscription.handles, frame);
}

/**
 * What is more than a plain message, and what servers with extensions may say more with.
 * @param {Subscription} subscription
 * @param {Action} action
 */
function receiveExtended(subscription, action) {
  const { connection, slot } = subscription;
  const { action: name, options, payload } = action;
  const { id, key } = options;
  if (name === "join") {
    // Any text may come from a server: `ext` may be anything.
    const { ping, publish, recover = connection.isV2 && payload?.cursor !== undefined && {} } = payload?.ext ?? {};
    const position = typeof recover === "object" && recover ? { ...recover } : null;
    const before = subscription.epoch;
    const epoch = position?.epoch;
    const isRestarted = before !== undefined && before !== epoch;
    const said =
      (ping === 1 ? ANSWERS_PINGS : 0) |
      (publish === 1 ? ANSWERS_KEYS : 0) |
      (position ? HAS_POSITION : 0) |
      (isRestarted ? IS_RESTARTED : 0);
    subscription.epoch = epoch;
    if (isRestarted) subscription.ids?.clear();
    subscription.acknowledged = position;
    hear(subscription, ACKNOWLEDGED, said);
  } else if (!connection.isV2 && !subscription.isJoined && SIGNS_OF_JOINING.includes(name)) hear(subscription, HEARD);
  if (connection.isV2) {
    receiveV2(subscription, action);
    return;
  }
  // An entry on a socket that is being replaced before it has joined: the next one asks for it, behind what was missed.
  if (id !== undefined && !subscription.isJoined && !connection.isOpen) return;
  const answered = confirm(subscription, action);
  if (!answered && name === "error") {
    subscription.refusal = action;
    decide(connection, CHANNEL_REFUSED, slot);
  }
  if (
    name === "history" &&
    (subscription.isAsking || (subscription.acknowledged && typeof payload?.complete === "boolean"))
  ) {
    // One that comes after it was given up is not kept: it would answer the next question.
    if (subscription.held || !subscription.isAsking)
      subscription.answer = Array.isArray(payload?.history) ? payload.history : [];
    if (subscription.isAsking) align(subscription);
    else decide(connection, MISSED, slot, payload.complete);
    subscription.isAsking = false;
    return;
  }
  if (!isOurs(key)) pass(subscription, action);
  // The echo of a message that is sent again may be older than what came before it.
  else if (name !== "ack" && !subscription.ids?.has(id)) pass(subscription, action, !!answered && !answered.isRepeated);
}

/**
 * Something says that the channel is joined: what waits for that may go out now, if the socket takes it.
 * @param {Subscription} subscription
 * @param {number} input
 * @param {number} [said]
 */
function hear({ connection, slot }, input, said = 0) {
  decide(connection, input, slot, said | (connection.takesFrames() ? TAKES_FRAMES : 0));
}

/**
 * Whether the key is one that publish.js made: four numbers.
 * @param {unknown} key
 */
function isOurs(key) {
  return typeof key === "string" && key.split(",").length === 4;
}

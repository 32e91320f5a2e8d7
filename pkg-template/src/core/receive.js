// A received message goes from the socket to the members of its channel and never enters the engine. What it says of the
// connection does.

import { failureAction } from "./actions.js";
import { handTo, handToAll } from "./dispatch.js";
import { decide } from "./engine.js";
import { ACKNOWLEDGED, GAP } from "./numbers.js";

/** @import { Link } from "./link.js" */
/** @import { Subscription } from "./subscription.js" */
/** @import { Action } from "../types.js" */

/** What the server sends to a client that is on a channel. */
export const SIGNS_OF_JOINING = ["join", "presence_full", "history", "message"];

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
  if (!name || link.isDiscarded || (link.isPinged && name === "pong")) return;
  // The handlers get the frame with everything that is in it.
  frame.client ||= undefined;
  frame.options ||= undefined;
  const { options } = frame;
  const channel = options?.channel;
  if (!channel) {
    handToAll(connection.handles(), frame);
    return;
  }
  const subscription = connection.subscriptions.get(channel);
  if (subscription === undefined) return;
  if (name !== "message" || options.id !== undefined) {
    receiveExtended(subscription, frame);
    return;
  }
  subscription.joined ||= 1;
  handToAll(subscription.handles, frame);
}

/**
 * What is more than a plain message, and what servers with extensions may say more with.
 * @param {Subscription} subscription
 * @param {Action} action
 */
function receiveExtended(subscription, action) {
  const { connection } = subscription;
  const { recovery } = connection;
  const { channel, id, key } = action.options;
  /** @type {(action: Action) => void} */
  const handOut = (action) => handToAll(subscription.handles, action);
  /** @type {(action: Action) => void} */
  const answer = (action) => {
    for (const handle of subscription.handles) handTo(handle, action, true);
  };
  if (SIGNS_OF_JOINING.includes(action.action)) subscription.joined ||= 1;
  const missed = action.action === "history" && recovery.missed(channel, action.payload);
  if (missed) {
    if (!action.payload.complete) handOut(failureAction(GAP, channel));
    for (const entry of missed) handOut({ ...entry, replayed: true });
  } else if (action.action === "join") {
    // Any text may come from a server: `ext` may be anything.
    const { ping, publish, recover } = action.payload?.ext ?? {};
    const place = typeof recover === "object" && recover ? recover : undefined;
    if (recovery.hasRestarted(channel, place)) answer({ action: "restarted", options: { channel } });
    const failure = recovery.acknowledged(channel, place);
    decide(connection, ACKNOWLEDGED, ping === 1);
    subscription.joined = publish === 1 ? 2 : 1;
    handOut(action);
    if (failure) handOut(failureAction(failure, channel));
  } else if (isOurs(key) && (action.action === "ack" || recovery.wasReplayed(id))) {
    answer(action);
  } else {
    if (id !== undefined) recovery.got(channel, id);
    handOut(action);
  }
}

/**
 * Whether the key is one that publish.js made: four numbers.
 * @param {unknown} key
 */
function isOurs(key) {
  return typeof key === "string" && key.split(",").length === 4;
}

// What was missed on servers that name no positions. It is found in the history, behind the entries that were seen last:
// src/engine/align.rs.

import { textOf } from "../errors.js";
import { handToAll } from "./dispatch.js";
import { decide } from "./engine.js";
import { ALIGN, ENTRY, MAX_FRAMES, SEEN_ENTRIES } from "./numbers.js";

/** @import { Subscription } from "./subscription.js" */
/** @import { Action } from "../types.js" */

/**
 * Hands out an action, unless it is held.
 * @param {Subscription} subscription
 * @param {Action} action
 * @param {boolean} [isInOrder] whether it is newer than what came before it
 */
export function pass(subscription, action, isInOrder = true) {
  const { held, seen } = subscription;
  subscription.got(action.options?.id, isInOrder);
  const hash = seen && hashOf(action);
  if (hash) {
    if (held) {
      if (held.push(action) > MAX_FRAMES) align(subscription);
      return;
    }
    if (seen.push(hash) > SEEN_ENTRIES) seen.shift();
  }
  handToAll(subscription.handles, action);
  // No history comes behind an error.
  if (action.action === "error") align(subscription);
}

/**
 * Lets the engine compare what was seen with the history, if it is waited for.
 * @param {Subscription} subscription
 */
export function align({ connection, slot, seen = [], held, answer }) {
  if (!held) return;
  for (const hash of [...seen, ...[...held, ...answer].map(hashOf)]) decide(connection, ENTRY, hash);
  decide(connection, ALIGN, slot, seen.length, held.length);
}

/**
 * Whether a history may have it: private messages are kept nowhere.
 * @param {any} entry
 */
export function isEntry(entry) {
  const action = entry?.action;
  return action === "event" || (action === "message" && !entry.options?.socketId);
}

/**
 * Of the sender and the payload; 0 for what no history has.
 * @param {any} entry
 */
function hashOf(entry) {
  if (!isEntry(entry)) return 0;
  const text = textOf([entry.client?.socketId, entry.payload], JSON.stringify);
  let hash = 1;
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) | 0;
  return hash | 1;
}

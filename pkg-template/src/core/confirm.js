// Which published message a frame answers.

import { textOf } from "../errors.js";
import { decide } from "./engine.js";
import { kept } from "./frames.js";
import { isEntry } from "./history.js";
import { ANSWERED } from "./numbers.js";

/** @import { Subscription } from "./subscription.js" */
/** @import { Action } from "../types.js" */

/**
 * Tells the engine of the message that the action answers, and returns it if there is one: by its key, or, where it was sent
 * without, by its payload, as it comes back.
 * @param {Subscription} subscription
 * @param {Action} action
 */
export function confirm(subscription, action) {
  let end = "";
  for (const [number, frame] of kept) {
    const { published, text } = frame;
    if (!published) continue;
    const owner = /** @type {Subscription} */ (frame.owner);
    const isPlain = published.wasSent === 0 && owner === subscription && isEntry(action);
    if (isPlain) end ||= `,"payload":${textOf(action.payload, JSON.stringify)}}`;
    if (isPlain ? text.endsWith(end) : published.key === action.options?.key) {
      published.answer = isPlain ? {} : action;
      decide(owner.connection, ANSWERED, owner.slot, number);
      return published;
    }
  }
}

import { coded, textOf } from "../errors.js";
import { XanoRealtimeChannel } from "./channel.js";
import { quiet } from "./promises.js";
import { XanoRealtimeClient } from "./realtime-client.js";

/** @import { Action } from "../types.js" */

/** A channel of Realtime V2. */
export class XanoRealtimeChannelV2 extends XanoRealtimeChannel {
  /** @param {string} cursor */
  ack(cursor) {
    this._handle?.acknowledge(cursor);
  }

  /** There is no such request: the channel's settings decide whether the transcript comes after the join. */
  history() {}

  fetchHistory() {
    return quiet(Promise.reject(coded("not_on_v2", "Realtime V2 has no history to ask for.")));
  }

  /** The channel objects of a page share the list: the service sends it at the one join. */
  getPresence() {
    const members = this._handle?.subscription?.members?.values() ?? [];
    return [...members].map((member) => new XanoRealtimeClient(member, this));
  }

  /**
   * Members are identities: each has one place, anonymous ones have one each.
   * @param {Action} action
   */
  _track({ action, payload }) {
    const subscription = this._handle?.subscription;
    if (!subscription) return;
    subscription.members ??= new Map();
    const { members } = subscription;
    // Any JSON may come, and not all of it can be made a text in another way.
    const keyOf = (/** @type {any} */ { id, dbo_id }) => (isAnonymous(id) ? undefined : textOf([dbo_id, id]));
    const add = (/** @type {any} */ member) =>
      typeof member === "object" && member && members.set(keyOf(member) ?? {}, member);
    const member = payload?.member;
    if (action === "presence_full") {
      if (!Array.isArray(payload?.members)) return;
      members.clear();
      payload.members.forEach(add);
    } else if (action === "presence_join") add(member);
    else if (member) {
      // One of the anonymous members leaves: whichever.
      const leaves = (/** @type {[unknown, any]} */ [, { id }]) => isAnonymous(id);
      members.delete(keyOf(member) ?? [...members].find(leaves)?.[0]);
    }
  }

  /** @param {any} options */
  _typed(options) {
    const type = options?.type ?? this.options?.messageType;
    if (!type) {
      throw new Error(
        `A message on "${this.channel}" has no type: set messageType of the channel, or { type } of message().`,
      );
    }
    return { ...options, type };
  }

  /** @param {any} member */
  _addressOf({ id, dbo_id }) {
    // The service takes what has no address for a message to everybody.
    if (isAnonymous(id)) throw new Error("An anonymous member has no address.");
    return { to: { dbo_id, row_id: +id || id } };
  }

  /**
   * @param {string} action
   * @param {any} [options]
   * @param {unknown} [payload]
   */
  _send(action, options, payload) {
    if (action === "message") this._living()?.broadcast(this, this._typed(options), payload);
  }
}

/** @param {unknown} id of a member */
function isAnonymous(id) {
  return !id || id === "0";
}

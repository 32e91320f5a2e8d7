import { failureAction } from "./actions.js";
import { handToAll } from "./dispatch.js";
import { GAP } from "./numbers.js";
import { later } from "./turns.js";

/** @import { ChannelHandle } from "./channel-handle.js" */
/** @import { Connection } from "./connection.js" */
/** @import { Action } from "../types.js" */

/**
 * The newest entry of a channel, as the server names it (`ext.recover` of docs/protocol.md).
 * @typedef {{ epoch?: unknown, id?: unknown }} Position
 */

/** How many ids a channel remembers at most. */
const MOST_SEEN = 5_000;

/** One channel of a connection: joined once, however many channel objects of the page are on it. */
export class Subscription {
  /** Whether it is joined, as the engine says. */
  isJoined = false;
  /** How many frames the engine has of it. */
  unsent = 0;
  /**
   * What the server has refused last.
   * @type {Action | undefined}
   */
  refusal;
  /**
   * Replaced, never changed: a message is handed to the handlers that were there when it came.
   * @type {ChannelHandle[]}
   */
  handles = [];
  /**
   * The newest entry that the page has; null where the server names none, undefined where it was never asked.
   * @type {Position | null | undefined}
   */
  position;
  /**
   * The epoch of the last acknowledgement, also where what was missed since the position is on its way.
   * @type {unknown}
   */
  epoch;
  /**
   * Where the server stood when it acknowledged, until the engine says what that means.
   * @type {Position | null | undefined}
   */
  acknowledged;
  /**
   * The entries of the answer that the engine is asked about.
   * @type {unknown}
   */
  answer;
  /**
   * The newest ids that the page has got, from its first published message on: one that is sent again may be among them,
   * and its echo comes all the same.
   * @type {Set<unknown> | undefined}
   */
  seen;

  /**
   * @param {Connection} connection
   * @param {string} name
   * @param {number} slot its number on the connection
   */
  constructor(connection, name, slot) {
    this.connection = connection;
    this.name = name;
    this.slot = slot;
  }

  takePosition() {
    this.position = this.acknowledged;
    this.acknowledged = undefined;
  }

  /**
   * Whether the page has got the same entries on the other one.
   * @param {Subscription} other
   */
  isAt({ position, epoch }) {
    return !!this.position && this.position.id === position?.id && this.epoch === epoch;
  }

  /**
   * The page gets an entry.
   * @param {unknown} id
   * @param {boolean} isInOrder
   */
  got(id, isInOrder) {
    if (id === undefined) return;
    if (this.position && isInOrder) this.position.id = id;
    const { seen } = this;
    if (seen?.add(id) && seen.size > MOST_SEEN) seen.delete(seen.values().next().value);
  }

  /**
   * Hands out what was missed.
   * @param {number} hasGap
   */
  handOut(hasGap) {
    this.takePosition();
    /** @type {any[]} */
    const entries = Array.isArray(this.answer) ? this.answer : [];
    this.seen ??= new Set();
    const { seen } = this;
    const missed = entries.filter(
      (entry) => (entry?.action === "message" || entry?.action === "event") && !seen.has(entry.options?.id),
    );
    for (const { options } of missed) this.got(options?.id, true);
    later(() => {
      if (hasGap) handToAll(this.handles, failureAction(GAP, this.name));
      for (const entry of missed) handToAll(this.handles, { ...entry, replayed: true });
    });
  }
}

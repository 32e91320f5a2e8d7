import { failureAction } from "./actions.js";
import { handToAll } from "./dispatch.js";
import { GAP } from "./numbers.js";
import { later } from "./turns.js";

/** @import { ChannelHandle } from "./channel-handle.js" */
/** @import { Connection } from "./connection.js" */
/** @import { Expected } from "./v2.js" */
/** @import { Action } from "../types.js" */

/**
 * The newest entry of a channel, as the server names it (`ext.recover` of docs/protocol.md).
 * @typedef {{ epoch?: unknown, id?: unknown }} Position
 */

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
   * The entries that the page has got in such an answer.
   * @type {Set<unknown> | undefined}
   */
  replayed;

  /**
   * On V2.
   * @type {Expected | undefined}
   */
  expected;

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
   * The page gets an entry.
   * @param {unknown} id
   */
  got(id) {
    if (this.position && id !== undefined) this.position.id = id;
  }

  /**
   * Hands out what was missed.
   * @param {number} hasGap
   */
  handOut(hasGap) {
    this.takePosition();
    /** @type {any[]} */
    const entries = Array.isArray(this.answer) ? this.answer : [];
    const missed = entries.filter((entry) => entry?.action === "message" || entry?.action === "event");
    this.replayed = new Set(missed.map(({ options }) => options?.id));
    for (const id of this.replayed) this.got(id);
    later(() => {
      if (hasGap) handToAll(this.handles, failureAction(GAP, this.name));
      for (const entry of missed) handToAll(this.handles, { ...entry, replayed: true });
    });
  }
}

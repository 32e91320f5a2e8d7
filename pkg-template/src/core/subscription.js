import { failureAction } from "./actions.js";
import { handToAll } from "./dispatch.js";
import { confirm } from "./confirm.js";
import { decide } from "./engine.js";
import { frameText } from "./frames.js";
import { isEntry, pass } from "./history.js";
import { GAP, GAP_POSSIBLE, MISSED } from "./numbers.js";
import { later } from "./turns.js";

/** @import { ChannelHandle } from "./channel-handle.js" */
/** @import { Connection } from "./connection.js" */
/** @import { Action } from "../types.js" */

/**
 * The newest entry of a channel, as the server names it (`ext.recover` of docs/protocol.md).
 * @typedef {{ epoch?: unknown, id?: unknown }} Position
 */

/** How many ids a channel remembers at most. */
const MOST_IDS = 5_000;

/**
 * One list for all channels of a page, of which there may be thousands.
 * @type {any[]}
 */
const NOTHING = [];

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
   * @type {any[]}
   */
  answer = NOTHING;
  /**
   * On a server that names no positions, and where the channel recovers: the hashes of the entries that the page has got last,
   * oldest first; 0 where something may have been missed.
   * @type {number[] | undefined}
   */
  seen;
  /**
   * The entries that came since the history was asked for, as they come behind what was missed.
   * @type {Action[] | undefined}
   */
  held;
  /**
   * Whether the next history answers a question that is not the application's.
   * @type {boolean | undefined}
   */
  isAsking;
  /**
   * The newest ids that the page has got, from its first published message on: one that is sent again may be among them,
   * and its echo comes all the same.
   * @type {Set<unknown> | undefined}
   */
  ids;

  /**
   * On V2, the newest messages with an id, by the id and by its number.
   */
  messages = /** @type {Map<unknown, any>} */ (/** @type {unknown} */ (undefined));
  /**
   * On V2, whether the service has confirmed an acknowledgement.
   * @type {boolean | undefined}
   */
  isConfirmed;
  /**
   * On V2, the members as the service has sent them.
   */
  roster = /** @type {Map<unknown, any>} */ (/** @type {unknown} */ (undefined));

  /**
   * @param {Connection} connection
   * @param {string} name
   * @param {number} slot its number on the connection
   */
  constructor(connection, name, slot) {
    this.connection = connection;
    this.name = name;
    this.slot = slot;
    if (connection.isV2) {
      this.messages = new Map();
      this.roster = new Map();
      // Every frame goes through the engine, which counts them.
      this.unsent = 1;
    }
  }

  /**
   * On V2.
   * @param {any} id
   */
  acknowledge(id) {
    const { connection, name } = this;
    const options = { client_id: connection.clientId, id };
    connection.link?.sendIfOpen(frameText("ack", name, options, { cursor: id }, undefined, id));
  }

  /**
   * @param {number} recovers whether the channel recovers
   * @param {number} inDoubt whether something may have been missed: it is looked for, where something was seen
   */
  takePosition(recovers, inDoubt) {
    this.position = this.acknowledged;
    this.acknowledged = undefined;
    this.seen = recovers && !this.position ? (this.seen ?? []) : undefined;
    if (!inDoubt) return;
    if (this.seen?.[this.seen.length - 1]) {
      this.held = [];
      this.isAsking = true;
      this.connection.link?.sendIfOpen(frameText("history", this.name));
    } else this.handOut(1, 0);
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
    const { ids } = this;
    if (ids?.add(id) && ids.size > MOST_IDS) ids.delete(ids.values().next().value);
  }

  /**
   * Hands out what was missed, and what is held.
   * @param {number} hasGap
   * @param {number} from the first entry of the answer that was missed
   */
  handOut(hasGap, from) {
    const { acknowledged, seen, held = [] } = this;
    if (acknowledged) this.takePosition(0, 0);
    this.held = undefined;
    this.ids ??= new Set();
    const { ids } = this;
    const missed = this.answer
      .slice(from, this.answer.length - held.length)
      .filter((entry) => isEntry(entry) && !ids.has(entry.options?.id));
    this.answer = NOTHING;
    later(() => {
      if (hasGap) {
        handToAll(this.handles, failureAction(acknowledged ? GAP : GAP_POSSIBLE, this.name));
        this.seen = seen && [0];
      }
      for (const entry of missed) {
        confirm(this, entry);
        pass(this, { ...entry, replayed: true });
      }
      for (const action of held) pass(this, action);
      // Where a handler has left the channel, the number may be another one's.
      if (this.handles.length) decide(this.connection, MISSED, this.slot);
    });
  }
}

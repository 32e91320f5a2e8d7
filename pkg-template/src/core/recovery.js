// What a page has missed while it had no connection, on servers that keep count (`ext.recover` of docs/protocol.md).

import { GAP_POSSIBLE } from "./numbers.js";

/** @import { Action } from "../types.js" */

/**
 * Where a server stands in a channel, as it names it.
 * @typedef {{ epoch?: unknown, id?: unknown }} Place
 */

/** Of one connection; outlives its sockets. */
export class Recovery {
  /**
   * The newest entry that the page has got of each channel, as the server names it; undefined where it names none.
   * @type {Map<string, Place | undefined>}
   */
  #places = new Map();
  /**
   * The channels that were joined on the current socket and wish to recover.
   * @type {Set<string>}
   */
  #wishing = new Set();
  /**
   * Where the server stood when it acknowledged, of channels whose missed entries are still to come.
   * @type {Map<string, Place>}
   */
  #awaited = new Map();
  /**
   * Entries that the page has got again on the current socket.
   * @type {Set<unknown>}
   */
  #replayed = new Set();

  /** A new socket. */
  restart() {
    this.#wishing.clear();
    this.#awaited.clear();
    this.#replayed.clear();
  }

  /** @param {string} channel */
  forget(channel) {
    this.#places.delete(channel);
  }

  /**
   * A join goes out: behind which entry it asks for what was missed.
   * @param {string} channel
   * @param {number} wished 0 where it does not ask
   */
  since(channel, wished) {
    if (!wished) return undefined;
    this.#wishing.add(channel);
    return this.#places.get(channel);
  }

  /**
   * Whether a server that stands there is another one than before, or has forgotten what it was.
   * @param {string} channel
   * @param {Place | undefined} place
   */
  hasRestarted(channel, place) {
    const before = this.#places.get(channel);
    return before !== undefined && before.epoch !== place?.epoch;
  }

  /**
   * The join was acknowledged; says when it cannot be known what was missed.
   * @param {string} channel
   * @param {Place | undefined} place
   */
  acknowledged(channel, place) {
    const isBack = this.#places.has(channel) && this.#wishing.has(channel);
    if (isBack && place && this.#places.get(channel)) {
      this.#awaited.set(channel, place);
      return undefined;
    }
    this.#places.set(channel, place && { ...place });
    return isBack ? GAP_POSSIBLE : undefined;
  }

  /**
   * The entries of a history that answers a join with `since`; undefined for any other.
   * @param {string} channel
   * @param {any} payload
   * @returns {Action[] | undefined}
   */
  missed(channel, payload) {
    const place = this.#awaited.get(channel);
    if (!place || typeof payload?.complete !== "boolean") return undefined;
    this.#awaited.delete(channel);
    /** @type {any[]} */
    const entries = Array.isArray(payload.history) ? payload.history : [];
    const missed = entries.filter((entry) => entry?.action === "message" || entry?.action === "event");
    this.#places.set(channel, { ...place });
    for (const { options } of missed) {
      this.got(channel, options?.id);
      this.#replayed.add(options?.id);
    }
    return missed;
  }

  /**
   * The page has got an entry.
   * @param {string} channel
   * @param {unknown} id
   */
  got(channel, id) {
    const place = this.#places.get(channel);
    if (place) place.id = id;
  }

  /** @param {unknown} id */
  wasReplayed(id) {
    return id !== undefined && this.#replayed.has(id);
  }
}

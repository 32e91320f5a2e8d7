import { isAnonymous } from "../core/members.js";

/** @import { XanoRealtimeChannel } from "./channel.js" */

/** A member of a channel. */
export class XanoRealtimeClient {
  /**
   * @param {any} client
   * @param {XanoRealtimeChannel} channel
   */
  constructor(client, channel) {
    // A server may name a field as it likes: none replaces what every member has, its prototype least of all.
    for (const field in client) if (!(field in this)) /** @type {any} */ (this)[field] = client[field];
    this.channel = channel;
  }

  /**
   * Sends a private message to this one.
   * @param {unknown} payload
   * @param {object} [options]
   */
  message(payload, options) {
    this.channel._send("message", this._address(options), payload);
  }

  /**
   * Sends a private message to this one until the server has answered.
   * @param {unknown} payload
   * @param {object} [options]
   */
  publish(payload, options) {
    return this.channel.publish(payload, this._address(options));
  }

  /** Asks for the history shared with this one. */
  history() {
    this.channel._send("history", this._address());
  }

  /** @param {object} [options] */
  _address(options) {
    const { channel, socketId, id, dbo_id } = /** @type {any} */ (this);
    let to;
    if (channel._isV2) {
      // The service takes what has no address for a message to everybody.
      if (isAnonymous(id)) throw new Error("An anonymous member has no address.");
      to = { dbo_id, row_id: +id || id };
    }
    return { ...options, channel: channel.channel, socketId, to };
  }
}

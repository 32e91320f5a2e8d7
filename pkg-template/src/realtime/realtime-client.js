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
    this.channel._send("message", { ...options, ...this.channel._addressOf(this) }, payload);
  }

  /**
   * Sends a private message to this one until the server has answered.
   * @param {unknown} payload
   * @param {object} [options]
   */
  publish(payload, options) {
    return this.channel.publish(payload, { ...options, ...this.channel._addressOf(this) });
  }

  /** Asks for the history shared with this one. */
  history() {
    this.channel._send("history", this.channel._addressOf(this));
  }
}

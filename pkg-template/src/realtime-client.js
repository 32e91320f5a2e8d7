/** Somebody who is on a channel. */
export class XanoRealtimeClient {
  constructor(client, channel) {
    // A server may name a field as it likes: none replaces what every member has, its prototype least of all.
    for (const field in client) if (!(field in this)) this[field] = client[field];
    this.channel = channel;
  }

  /** Sends a private message to this one. */
  message(payload) {
    this.channel._send("message", this._address(), payload);
  }

  /** Sends a private message to this one until the server has answered. */
  publish(payload) {
    return this.channel.publish(payload, this._address());
  }

  /** Asks for the history shared with this one. */
  history() {
    this.channel._send("history", this._address());
  }

  _address() {
    return { channel: this.channel.channel, socketId: this.socketId };
  }
}

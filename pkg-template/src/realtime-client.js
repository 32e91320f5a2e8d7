/** Somebody who is on a channel. */
export class XanoRealtimeClient {
  constructor(client, channel) {
    Object.assign(this, client);
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

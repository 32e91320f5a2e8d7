import { channel_history, channel_message } from "wasm:glue";

/** Somebody who is on a channel. */
export class XanoRealtimeClient {
  #send;

  constructor(client, channel, send) {
    Object.assign(this, client);
    this.channel = channel;
    this.#send = send;
  }

  /** Sends a private message to this one. */
  message(payload) {
    this.#send(channel_message, payload);
  }

  /** Asks for the history shared with this one. */
  history() {
    this.#send(channel_history);
  }
}

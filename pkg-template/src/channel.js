import {
  channel_destroy,
  channel_history,
  channel_message,
  channel_on,
  channel_open,
  channel_presence,
} from "wasm:glue";
import { call } from "./core.js";
import { XanoRealtimeClient } from "./realtime-client.js";

/** Channel objects that are dropped without `destroy()` and have no handler leave their channel all the same. */
const dropped =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry((id) => call(channel_destroy, id));

export class XanoRealtimeChannel {
  /** The channel object's number in wasm; none after `destroy()`. */
  #id;
  #config;

  constructor(channel, options, config) {
    this.channel = channel;
    this.options = options;
    this.#config = config;
    this.#open();
  }

  on(action, handler, onError) {
    // After destroy() a channel object starts anew, so that an effect which runs twice finds it alive.
    if (this.#id === undefined) this.#open();
    if (typeof action === "string") call(channel_on, this.#id, this, action, handler, onError);
    else call(channel_on, this.#id, this, undefined, action, handler);
    return this;
  }

  message(payload, options) {
    this.#send(channel_message, options, payload);
  }

  history() {
    this.#send(channel_history);
  }

  getPresence() {
    return this.#id === undefined ? [] : call(channel_presence, this.#id);
  }

  destroy() {
    if (this.#id === undefined) return;
    const id = this.#id;
    this.#id = undefined;
    dropped?.unregister(this);
    call(channel_destroy, id);
  }

  /** Makes the object for somebody who is on the channel; wasm calls it. */
  member(client) {
    const send = (core, payload) => this.#send(core, { channel: this.channel, socketId: client.socketId }, payload);
    return new XanoRealtimeClient(client, this, send);
  }

  #open() {
    const { instanceBaseUrl, apiGroupBaseUrl, realtimeConnectionCanonical, realtimeConnectionHash } = this.#config;
    const { history, presence, queueOfflineActions } = this.options;
    this.#id = call(
      channel_open,
      this.#config,
      `${instanceBaseUrl || apiGroupBaseUrl || ""}`,
      `${realtimeConnectionCanonical || realtimeConnectionHash || ""}`,
      this.channel,
      !!history,
      !!presence,
      queueOfflineActions !== false,
    );
    dropped?.register(this, this.#id, this);
  }

  #send(core, options, payload) {
    if (this.#id === undefined) {
      console.warn(`Nothing was sent on "${this.channel}": the channel was destroyed. Call on() to join it again.`);
      return;
    }
    call(core, this.#id, options, payload);
  }
}

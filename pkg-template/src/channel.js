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

/** Channel objects that are dropped without `destroy()` and that nobody listens to leave their channel all the same. */
const dropped = typeof FinalizationRegistry === "undefined" ? undefined : new FinalizationRegistry(close);

/** `handle` holds the channel object's number in wasm; none once it is destroyed. */
function close(handle) {
  const { id } = handle;
  if (id === undefined) return;
  handle.id = undefined;
  call(channel_destroy, id);
}

// No private members (`#id`) in here: frameworks wrap objects in proxies, and those cannot reach them.
export class XanoRealtimeChannel {
  constructor(channel, options, config) {
    this.channel = channel;
    this.options = options;
    this._config = config;
    this._open();
  }

  on(action, handler, onError) {
    // After destroy() a channel object starts anew, so that an effect which runs twice finds it alive.
    if (this._handle.id === undefined) this._open();
    const { id } = this._handle;
    if (typeof action === "string") call(channel_on, id, this, action, handler, onError);
    else call(channel_on, id, this, undefined, action, handler);
    return this;
  }

  message(payload, options) {
    this._send(channel_message, options, payload);
  }

  history() {
    this._send(channel_history);
  }

  getPresence() {
    const { id } = this._handle;
    return id === undefined ? [] : call(channel_presence, id);
  }

  destroy() {
    close(this._handle);
  }

  /** Makes the object for somebody who is on the channel; wasm calls it. */
  _member(client) {
    return new XanoRealtimeClient(client, this);
  }

  _open() {
    const { instanceBaseUrl, apiGroupBaseUrl, realtimeConnectionCanonical, realtimeConnectionHash } = this._config;
    const { history, presence, queueOfflineActions } = this.options ?? {};
    const id = call(
      channel_open,
      this._config,
      `${instanceBaseUrl || apiGroupBaseUrl || ""}`,
      `${realtimeConnectionCanonical || realtimeConnectionHash || ""}`,
      this.channel,
      !!history,
      !!presence,
      queueOfflineActions !== false,
    );
    this._handle = { id };
    dropped?.register(this, this._handle);
  }

  _send(core, options, payload) {
    const { id } = this._handle;
    if (id === undefined) {
      console.warn(`Nothing was sent on "${this.channel}": the channel was destroyed. Call on() to join it again.`);
      return;
    }
    call(core, id, this, options, payload);
  }
}

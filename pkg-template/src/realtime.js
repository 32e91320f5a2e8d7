import { connection_status, reconnect, trap } from "wasm:glue";
import { fenced } from "wasm:wire";
import { XanoRealtimeChannel } from "./channel.js";
import { call } from "./core.js";

let clients = 0;

const STATUSES = ["disconnected", "connecting", "connected"];

/** What a client has of realtime. */
export class XanoRealtime {
  static version = VERSION;

  /** Stops wasm as a fault in it would. For tests. */
  static [Symbol.for("xano-wasm.trap")]() {
    call(trap);
  }

  constructor() {
    this._statusHandlers = new Set();
  }

  channel(channel, options = {}) {
    return new XanoRealtimeChannel(channel, options, this.config);
  }

  /** The only action that concerns a client, not one of its channels, is `connection_status`. */
  on(action, handler) {
    if (action !== "connection_status") {
      throw new TypeError(`A client has no "${action}" actions: subscribe on a channel. It has "connection_status".`);
    }
    this._statusHandlers.add(handler);
    return this;
  }

  off(_action, handler) {
    if (handler) this._statusHandlers.delete(handler);
    else this._statusHandlers.clear();
    return this;
  }

  get connectionStatus() {
    return STATUSES[call(connection_status, this.config.client)];
  }

  realtimeReconnect() {
    call(reconnect, this.config.client);
    return this;
  }

  /** What wasm has to know of a client beside its settings. */
  _identity() {
    return {
      // Tells this client from others: where a framework wraps it in a proxy, identity does not.
      client: ++clients,
      onStatus: (action) => {
        for (const handler of [...this._statusHandlers]) fenced(handler, action);
      },
    };
  }
}

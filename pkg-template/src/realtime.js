import { connection_status, reconnect, trap } from "wasm:glue";
import { everybody, fenced } from "wasm:wire";
import { close, XanoRealtimeChannel } from "./channel.js";
import { ask, call } from "./core.js";
import { countClient } from "./renders.js";

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
    if (this.config.realtimeVersion === 2) {
      throw new Error("realtimeVersion 2 is not supported yet: this is a client for Realtime V1 (Legacy).");
    }
    const made = new XanoRealtimeChannel(channel, options, this.config);
    if (!this._isCounted) countClient(this.config);
    this._isCounted = true;
    return made;
  }

  /** Leaves every channel of this client; a later one begins anew. */
  destroy() {
    for (const handle of everybody()) if (handle.config.client === this.config.client) close(handle);
  }

  /** The same, by the name that programs look for. */
  disconnect() {
    this.destroy();
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
    return STATUSES[ask(connection_status, this.config.client)];
  }

  realtimeReconnect() {
    ask(reconnect, this.config.client);
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

import { fenced } from "../core/dispatch.js";
import { trap } from "../core/engine.js";
import { handles } from "../core/handles.js";
import { reconnect, statusOf } from "../core/pool.js";
import { XanoStorageKeys } from "../enums.js";
import { isToken } from "../storage/stored.js";
import { XanoRealtimeChannel } from "./channel.js";
import { clientIdOf } from "./client-id.js";
import { countClient } from "./renders.js";
import { requireLegalToken, storedRealtimeToken, storeRealtimeToken } from "./token.js";

/** @import { XanoBase } from "../base.js" */
/** @import { Action, Token } from "../types.js" */

let clients = 0;

const STATUSES = ["disconnected", "connecting", "connected"];

/**
 * Gives a client its channels.
 * @template {new (...args: any[]) => XanoBase} B
 * @param {B} Base
 */
export function withRealtime(Base) {
  const Client = class extends Base {
    /** @param {any[]} args the settings */
    constructor(...args) {
      super(...args);
      /** @type {Set<(action: any) => void>} */
      const handlers = new Set();
      this._statusHandlers = handlers;
      const { config } = this;
      config.client = ++clients;
      config._connectAs = clientIdOf(config);
      config._onStatus = (/** @type {Action} */ action) => {
        for (const handler of [...handlers]) fenced(handler, action);
      };
      config.token = () => {
        // Not before it matters: a storage may take its time.
        if (config.realtimeAuthToken === undefined) config.realtimeAuthToken = storedRealtimeToken(config) ?? null;
        return config.realtimeAuthToken || undefined;
      };
      if (config.realtimeAuthToken !== undefined) storeRealtimeToken(config, config.realtimeAuthToken || null);
    }

    /** @param {Token | null} realtimeAuthToken */
    setRealtimeAuthToken(realtimeAuthToken = null) {
      requireLegalToken(realtimeAuthToken);
      storeRealtimeToken(this.config, realtimeAuthToken);
      this.config.realtimeAuthToken = realtimeAuthToken;
      return this;
    }

    hasRealtimeAuthToken() {
      return isToken(this.config.storage.getItem(XanoStorageKeys.RealtimeAuthToken));
    }

    /**
     * @param {string} channel
     * @param {any} [options]
     */
    channel(channel, options = {}) {
      const made = new XanoRealtimeChannel(channel, options, this.config);
      // Nothing renders in what a script tag brings.
      if (HELP && !ONLY_BROWSERS && !this._isCounted) {
        this._isCounted = true;
        countClient(this.config);
      }
      return made;
    }

    /** Leaves every channel of this client; a later one begins anew. */
    destroy() {
      const { client } = this.config;
      for (const handle of handles.values()) if (handle.subscription && handle.config.client === client) handle.close();
    }

    /** The same, by the name that programs look for. */
    disconnect() {
      this.destroy();
    }

    /**
     * The only action that concerns a client, not one of its channels, is `connection_status`.
     * @param {string} action
     * @param {(action: any) => void} handler
     */
    on(action, handler) {
      if (action !== "connection_status") {
        throw new TypeError(
          `A client has no "${action}" actions${HELP ? ': subscribe on a channel. It has "connection_status".' : ""}`,
        );
      }
      this._statusHandlers.add(handler);
      return this;
    }

    /**
     * @param {string} [_action]
     * @param {(action: any) => void} [handler]
     */
    off(_action, handler) {
      if (handler) this._statusHandlers.delete(handler);
      else this._statusHandlers.clear();
      return this;
    }

    get connectionStatus() {
      return STATUSES[statusOf(this.config.client)];
    }

    realtimeReconnect() {
      reconnect(this.config.client);
      return this;
    }
  };
  // Stops the engine as a fault in it would. For tests.
  if (HELP) /** @type {any} */ (Client)[Symbol.for("xano-wasm.trap")] = trap;
  return Client;
}

// The token of Realtime, and where it is kept.

import { INVALID_TOKEN } from "../core/numbers.js";
import { isLegalToken } from "../core/token.js";
import { XanoStorageKeys } from "../enums.js";
import { failure } from "../errors.js";
import { socketAddress } from "./address.js";
import { known, store } from "../storage/stored.js";

/** @import { Config, Token } from "../types.js" */

/** Beside the token: what it was set for, so that it never reaches another instance. */
const REALTIME_ADDRESS = "RealtimeAuthTokenUrl";

/**
 * @param {Config} config
 * @param {Token | null} token
 */
export function storeRealtimeToken(config, token) {
  // A function is asked whenever a socket is about to open; there is nothing to keep.
  if (typeof token === "function") return;
  store(config, XanoStorageKeys.RealtimeAuthToken, /** @type {string | null} */ (token));
  store(config, REALTIME_ADDRESS, token === null ? null : (known(() => socketAddress(config)) ?? null));
}

/**
 * The token that an earlier page of this client left in the storage.
 * @param {Config} config
 */
export function storedRealtimeToken(config) {
  try {
    const { storage } = config;
    if (storage.getItem(REALTIME_ADDRESS) === known(() => socketAddress(config))) {
      return storage.getItem(XanoStorageKeys.RealtimeAuthToken);
    }
  } catch {
    // A storage that cannot be read, cookies on a server for instance, has nothing for us.
  }
}

/** @param {unknown} token */
export function requireLegalToken(token) {
  if (token && typeof token === "string" && !isLegalToken(token)) throw failure(INVALID_TOKEN);
}

// The token of HTTP, and where it is kept.

import { XanoStorageKeys } from "../enums.js";
import { baseUrlOf, originOf } from "./url.js";
import { known, store } from "../storage/stored.js";

/** @import { Config } from "../types.js" */

/** Beside the token: what it was set for, so that it never reaches another instance. */
const AUTH_ORIGIN = "AuthTokenUrl";

/**
 * @param {Config} config
 * @param {string | null} token
 */
export function storeAuthToken(config, token) {
  store(config, XanoStorageKeys.AuthToken, token);
  store(config, AUTH_ORIGIN, token === null ? null : (homeOf(config) ?? null));
}

/**
 * The token in the storage, unless it was set for another origin. The original keeps no origin: its token is used.
 * @param {Config} config
 */
export function storedAuthToken(config) {
  const { storage } = config;
  const origin = storage.getItem(AUTH_ORIGIN);
  if (!origin || origin === homeOf(config)) return storage.getItem(XanoStorageKeys.AuthToken);
}

/** @param {Config} config */
function homeOf(config) {
  const base = baseUrlOf(config);
  return base ? known(() => originOf(base)) : undefined;
}

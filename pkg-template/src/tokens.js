// The tokens of a client, and where they are kept.

import { is_legal_token } from "wasm:wire";
import { socketAddress } from "./address.js";
import { XanoStorageKeys } from "./enums.js";
import { failure } from "./errors.js";

/** Beside the realtime token: the address it was set for, so that it never reaches another instance. */
const REALTIME_ADDRESS = "RealtimeAuthTokenUrl";

export function storeToken({ storage }, key, token) {
  if (token === null) storage.removeItem(key);
  else storage.setItem(key, token);
}

export function hasToken({ storage }, key) {
  const token = storage.getItem(key);
  return typeof token === "string" && token.length > 0;
}

export function storeRealtimeToken(config, token) {
  // A function is asked whenever a socket is about to open; there is nothing to keep.
  if (typeof token === "function") return;
  storeToken(config, XanoStorageKeys.RealtimeAuthToken, token);
  storeToken(config, REALTIME_ADDRESS, token === null ? null : (addressOf(config) ?? null));
}

/** The realtime token that an earlier page of this client left in the storage. */
export function storedRealtimeToken(config) {
  try {
    const { storage } = config;
    if (storage.getItem(REALTIME_ADDRESS) === addressOf(config)) {
      return storage.getItem(XanoStorageKeys.RealtimeAuthToken);
    }
  } catch {
    // A storage that cannot be read, cookies on a server for instance, has nothing for us.
  }
}

export function requireLegalToken(token) {
  if (!token || typeof token !== "string" || is_legal_token(token)) return;
  throw failure("invalid_token");
}

function addressOf(config) {
  try {
    return socketAddress(config);
  } catch {
    return undefined;
  }
}

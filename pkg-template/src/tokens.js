// The tokens of a client, and where they are kept.

import { is_legal_token } from "wasm:wire";
import { socketAddress } from "./address.js";
import { XanoStorageKeys } from "./enums.js";
import { failure } from "./errors.js";
import { baseUrlOf, originOf } from "./http/url.js";

/** Beside each token: what it was set for, so that it never reaches another instance. */
const AUTH_ORIGIN = "AuthTokenUrl";
const REALTIME_ADDRESS = "RealtimeAuthTokenUrl";

function store({ storage }, key, value) {
  if (value === null) storage.removeItem(key);
  else storage.setItem(key, value);
}

export function isToken(value) {
  return typeof value === "string" && value.length > 0;
}

export function storeAuthToken(config, token) {
  store(config, XanoStorageKeys.AuthToken, token);
  store(config, AUTH_ORIGIN, token === null ? null : (homeOf(config) ?? null));
}

/** The HTTP token in the storage, unless it was set for another origin. The original keeps no origin: its token is used. */
export function storedAuthToken(config) {
  const { storage } = config;
  const origin = storage.getItem(AUTH_ORIGIN);
  if (!origin || origin === homeOf(config)) return storage.getItem(XanoStorageKeys.AuthToken);
}

export function storeRealtimeToken(config, token) {
  // A function is asked whenever a socket is about to open; there is nothing to keep.
  if (typeof token === "function") return;
  store(config, XanoStorageKeys.RealtimeAuthToken, token);
  store(config, REALTIME_ADDRESS, token === null ? null : (known(() => socketAddress(config)) ?? null));
}

/** The realtime token that an earlier page of this client left in the storage. */
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

export function requireLegalToken(token) {
  if (!token || typeof token !== "string" || is_legal_token(token)) return;
  throw failure("invalid_token");
}

function homeOf(config) {
  const base = baseUrlOf(config);
  return base ? known(() => originOf(base)) : undefined;
}

/** An address, if the settings have one already. */
function known(address) {
  try {
    return address();
  } catch {
    return undefined;
  }
}

import { is_legal_token } from "wasm:wire";
import { ensureCore } from "./core.js";
import { XanoStorageKeys } from "./enums.js";
import { request } from "./http/client.js";
import { XanoRealtime } from "./realtime.js";
import { XanoLocalStorage, XanoObjectStorage } from "./storage.js";

const DEFAULTS = {
  apiGroupBaseUrl: null,
  authToken: null,
  customAxiosRequestConfig: {},
  dataSource: null,
  instanceBaseUrl: null,
  realtimeConnectionCanonical: null,
  realtimeConnectionHash: null,
  responseObjectPrefix: "",
};

export class XanoClient extends XanoRealtime {
  constructor(config) {
    super();
    ensureCore();
    this.config = { ...DEFAULTS, ...config, ...this._identity() };
    this.config.storage ??= defaultStorage();
    for (const [setting, key] of [
      ["authToken", XanoStorageKeys.AuthToken],
      ["realtimeAuthToken", XanoStorageKeys.RealtimeAuthToken],
    ]) {
      if (config?.[setting] !== undefined && typeof config[setting] !== "function")
        this._store(config[setting] || null, key);
    }
  }

  setAuthToken(authToken) {
    this._store(authToken, XanoStorageKeys.AuthToken);
    this.config.authToken = authToken;
    return this;
  }

  hasAuthToken() {
    return this._has(XanoStorageKeys.AuthToken);
  }

  setRealtimeAuthToken(realtimeAuthToken) {
    if (realtimeAuthToken && typeof realtimeAuthToken === "string" && !is_legal_token(realtimeAuthToken)) {
      const error = new TypeError(
        'The realtime auth token has characters that a WebSocket handshake cannot carry, a space or a comma for instance. Pass the bare token, without "Bearer".',
      );
      error.code = "invalid_token";
      throw error;
    }
    // A function is asked whenever a socket is about to open; there is nothing to keep.
    if (typeof realtimeAuthToken !== "function") this._store(realtimeAuthToken, XanoStorageKeys.RealtimeAuthToken);
    this.config.realtimeAuthToken = realtimeAuthToken;
    return this;
  }

  hasRealtimeAuthToken() {
    return this._has(XanoStorageKeys.RealtimeAuthToken);
  }

  setDataSource(dataSource) {
    this.config.dataSource = dataSource;
    return this;
  }

  hasDataSource() {
    const { dataSource } = this.config;
    return typeof dataSource === "string" && dataSource.length > 0;
  }

  get(endpoint, params, headers) {
    return this._request("GET", endpoint, params, undefined, headers);
  }

  head(endpoint, params, headers) {
    return this._request("HEAD", endpoint, params, undefined, headers);
  }

  delete(endpoint, params, headers) {
    return this._request("DELETE", endpoint, undefined, params, headers);
  }

  patch(endpoint, params, headers) {
    return this._request("PATCH", endpoint, undefined, params, headers);
  }

  post(endpoint, params, headers) {
    return this._request("POST", endpoint, undefined, params, headers);
  }

  put(endpoint, params, headers) {
    return this._request("PUT", endpoint, undefined, params, headers);
  }

  _request(method, endpoint, urlParams, bodyParams, headers) {
    const token = this.hasAuthToken() ? this.config.storage.getItem(XanoStorageKeys.AuthToken) : undefined;
    return request(this.config, token, method, endpoint, urlParams, bodyParams, headers);
  }

  _store(token, key) {
    if (token === null) this.config.storage.removeItem(key);
    else this.config.storage.setItem(key, token);
  }

  _has(key) {
    const token = this.config.storage.getItem(key);
    return typeof token === "string" && token.length > 0;
  }
}

/** `localStorage` where there is one that may be used: not on a server, and not where the user blocks it. */
function defaultStorage() {
  try {
    localStorage.getItem("");
    return new XanoLocalStorage();
  } catch {
    return new XanoObjectStorage();
  }
}

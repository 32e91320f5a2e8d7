import { ensureCore } from "./core.js";
import { XanoStorageKeys } from "./enums.js";
import { request } from "./http/client.js";
import { XanoRealtime } from "./realtime.js";
import { XanoLocalStorage, XanoObjectStorage } from "./storage.js";
import {
  isToken,
  requireLegalToken,
  storeAuthToken,
  storedAuthToken,
  storedRealtimeToken,
  storeRealtimeToken,
} from "./tokens.js";

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
  constructor(settings) {
    super();
    ensureCore();
    const config = { ...DEFAULTS, ...settings, ...this._identity() };
    config.storage ??= defaultStorage();
    this.config = config;
    if (settings?.authToken !== undefined) storeAuthToken(config, config.authToken || null);
    if (settings?.realtimeAuthToken === undefined) config.realtimeAuthToken = storedRealtimeToken(config);
    else storeRealtimeToken(config, config.realtimeAuthToken || null);
  }

  setAuthToken(authToken) {
    storeAuthToken(this.config, authToken);
    this.config.authToken = authToken;
    return this;
  }

  hasAuthToken() {
    return isToken(storedAuthToken(this.config));
  }

  setRealtimeAuthToken(realtimeAuthToken) {
    requireLegalToken(realtimeAuthToken);
    storeRealtimeToken(this.config, realtimeAuthToken);
    this.config.realtimeAuthToken = realtimeAuthToken;
    return this;
  }

  hasRealtimeAuthToken() {
    return isToken(this.config.storage.getItem(XanoStorageKeys.RealtimeAuthToken));
  }

  setDataSource(dataSource) {
    this.config.dataSource = dataSource;
    return this;
  }

  hasDataSource() {
    const { dataSource } = this.config;
    return typeof dataSource === "string" && dataSource.length > 0;
  }

  get(endpoint, params, headers, streamingCallback) {
    return this._request("GET", endpoint, params, undefined, headers, streamingCallback);
  }

  head(endpoint, params, headers) {
    return this._request("HEAD", endpoint, params, undefined, headers);
  }

  delete(endpoint, params, headers) {
    return this._request("DELETE", endpoint, undefined, params, headers);
  }

  patch(endpoint, params, headers, streamingCallback) {
    return this._request("PATCH", endpoint, undefined, params, headers, streamingCallback);
  }

  post(endpoint, params, headers, streamingCallback) {
    return this._request("POST", endpoint, undefined, params, headers, streamingCallback);
  }

  put(endpoint, params, headers, streamingCallback) {
    return this._request("PUT", endpoint, undefined, params, headers, streamingCallback);
  }

  _request(method, endpoint, urlParams, bodyParams, headerParams, onEvent) {
    const token = this.hasAuthToken() ? storedAuthToken(this.config) : undefined;
    const { _formField: formField } = this;
    return request(this.config, { method, endpoint, urlParams, bodyParams, headerParams, onEvent, token, formField });
  }

  /** What a form carries for a value that is no XanoFile. */
  _formField(value) {
    return value;
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

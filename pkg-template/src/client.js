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
    return this._call("GET", "urlParams", endpoint, params, headers, streamingCallback);
  }

  head(endpoint, params, headers) {
    return this._call("HEAD", "urlParams", endpoint, params, headers);
  }

  delete(endpoint, params, headers) {
    return this._call("DELETE", "bodyParams", endpoint, params, headers);
  }

  patch(endpoint, params, headers, streamingCallback) {
    return this._call("PATCH", "bodyParams", endpoint, params, headers, streamingCallback);
  }

  post(endpoint, params, headers, streamingCallback) {
    return this._call("POST", "bodyParams", endpoint, params, headers, streamingCallback);
  }

  put(endpoint, params, headers, streamingCallback) {
    return this._call("PUT", "bodyParams", endpoint, params, headers, streamingCallback);
  }

  _call(method, kind, endpoint, params, headerParams, streamingCallback) {
    return this.request({ method, endpoint, [kind]: params, headerParams, streamingCallback });
  }

  /** What the others call; programs for the original call it, too. */
  request(params) {
    const token = this.hasAuthToken() ? storedAuthToken(this.config) : undefined;
    return request(this.config, { ...params, token, formField: this._formField });
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

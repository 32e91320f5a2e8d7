import { XanoLocalStorage, XanoObjectStorage } from "./storage/storage.js";

/** @import { Config, Storage } from "./types.js" */

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

/** What every client has: its settings, and a storage for tokens. */
export class XanoBase {
  static version = VERSION;

  /** @param {any} [settings] */
  constructor(settings) {
    /** @type {Config} */
    const config = { ...DEFAULTS, ...settings };
    config.storage ??= defaultStorage();
    this.config = config;
  }
}

/**
 * `localStorage` where there is one that may be used: not on a server, and not where the user blocks it. No item is read, as
 * a page's first one takes longer than the rest of its start.
 * @returns {Storage}
 */
function defaultStorage() {
  try {
    return localStorage.getItem ? new XanoLocalStorage() : new XanoObjectStorage();
  } catch {
    return new XanoObjectStorage();
  }
}

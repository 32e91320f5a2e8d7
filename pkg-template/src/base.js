import { XanoLocalStorage, XanoObjectStorage } from "./storage/storage.js";

/** @import { Config, Storage } from "./types.js" */

/** What every client has: its settings, and a storage for tokens. */
export class XanoBase {
  static version = VERSION;

  /** @param {any} [settings] */
  constructor(settings) {
    /** @type {Storage | undefined} */
    let used;
    const config = {
      apiGroupBaseUrl: null,
      instanceBaseUrl: null,
      realtimeConnectionCanonical: null,
      realtimeConnectionHash: null,
      /**
       * By default `localStorage` where there is one that may be used: not on a server, and not where the user blocks it. It is
       * looked for when it is used: a page's first look takes longer than the rest of its start.
       */
      get storage() {
        try {
          used ??= /** @type {any} */ (localStorage).getItem ? new XanoLocalStorage() : new XanoObjectStorage();
        } catch {
          used = new XanoObjectStorage();
        }
        return used;
      },
      set storage(storage) {
        used = storage;
      },
    };
    /** @type {Config} */
    this.config = Object.assign(config, settings);
  }
}

// `xano-wasm/http`: no Realtime, and no WebAssembly.

import type { XanoClientConfig, XanoHttpClient } from "./index.js";

export * from "./requests.js";
export type { XanoAnyRequest, XanoClientConfig, XanoHttpClient } from "./index.js";
export {
  XanoBaseStorage,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoSessionStorage,
  XanoStorageKeys,
} from "./index.js";

export interface XanoClient extends XanoHttpClient {}
/** A client for requests. */
export declare class XanoClient {
  constructor(config: Partial<XanoClientConfig>);
  /** The version of this package. */
  static readonly version: string;
  /** Throws an error with code `no_realtime`: channels are in `xano-wasm`. */
  channel(): never;
}

/** The client of the original for programs in Node. */
export declare class XanoNodeClient extends XanoClient {}

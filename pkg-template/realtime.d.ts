// `xano-wasm/realtime`: no HTTP.

import type { XanoChannelClient, XanoClientConfig } from "./index.js";

export type * from "./index.js";
export {
  ERealtimeAction,
  ERealtimeConnectionStatus,
  ERealtimePresenceAction,
  XanoBaseStorage,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoRealtimeChannel,
  XanoRealtimeClient,
  XanoSessionStorage,
  XanoStorageKeys,
} from "./index.js";

export interface XanoClient extends XanoChannelClient {}
/** A client for channels. */
export declare class XanoClient {
  constructor(config: Partial<XanoClientConfig>);
  /** The version of this package. */
  static readonly version: string;
}

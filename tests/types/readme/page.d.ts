// What an example finds in its scope: a page in which the steps before it were taken.

import type { XanoClient as Client, XanoRealtimeChannel } from "xano-wasm";

declare global {
  const client: Client;
  const channel: XanoRealtimeChannel;
  const XanoClient: typeof Client;
}

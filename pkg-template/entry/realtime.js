// `import { XanoClient } from "xano-wasm/realtime"`: no HTTP.

import "./inline.js";
import { XanoBase } from "../src/base.js";
import { withRealtime } from "../src/realtime/part.js";

export class XanoClient extends /* @__PURE__ */ withRealtime(XanoBase) {}
export { ERealtimeAction, ERealtimeConnectionStatus, ERealtimePresenceAction, XanoStorageKeys } from "../src/enums.js";
export { XanoRealtimeChannel } from "../src/realtime/channel.js";
export { XanoRealtimeClient } from "../src/realtime/realtime-client.js";
export {
  XanoBaseStorage,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoSessionStorage,
} from "../src/storage/storage.js";

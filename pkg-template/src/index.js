export { XanoClient } from "./client.js";
export {
  ERealtimeAction,
  ERealtimeConnectionStatus,
  ERealtimePresenceAction,
  XanoContentType,
  XanoRequestType,
  XanoStorageKeys,
} from "./enums.js";
export { XanoRequestError } from "./http/errors.js";
export { XanoEventStream } from "./http/event-stream.js";
export { XanoFile } from "./http/file.js";
export { XanoResponse } from "./http/response.js";
export { XanoNodeClient } from "./node-client.js";
export {
  XanoBaseStorage,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoSessionStorage,
} from "./storage/storage.js";
// What channel() and getPresence() return: for lib/ of the package, and for `instanceof`.
export { XanoRealtimeChannel } from "./realtime/channel.js";
export { XanoRealtimeClient } from "./realtime/realtime-client.js";
export { XanoRealtimeState } from "./realtime/realtime-state.js";

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
export { XanoFile } from "./http/file.js";
export { XanoResponse } from "./http/response.js";
export {
  XanoBaseStorage,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoSessionStorage,
} from "./storage.js";

export { XanoClient } from "./client.js";
export { XanoStorageKeys } from "./enums.js";
export {
  XanoBaseStorage,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoSessionStorage,
} from "./storage.js";

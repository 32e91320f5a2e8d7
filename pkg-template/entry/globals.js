// The globals that the original's bundle for script tags sets.

import {
  XanoBaseStorage,
  XanoClient,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoSessionStorage,
} from "../src/index.js";

Object.assign(globalThis, {
  XanoBaseStorage,
  XanoClient,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoSessionStorage,
});

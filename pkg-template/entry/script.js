// `<script src="…/xano.min.js">`: sets the globals that the bundle of the original sets.

import "./inline.js";
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

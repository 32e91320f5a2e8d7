// Import maps are not for workers, so without a bundler the path is written out.

import { XanoClient } from "./node_modules/xano-wasm/index.js";
import { sayHello } from "./say-hello.js";

addEventListener("message", async ({ data }) => {
  postMessage(await sayHello(XanoClient, data));
});
// The page hears of errors only.
addEventListener("unhandledrejection", ({ reason }) => {
  throw reason;
});

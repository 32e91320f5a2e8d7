// The wasm travels inside the script, and comes to life at the first `new XanoClient`: on the next line, if need be.

import bytes from "wasm:bytes";
import { instantiate } from "wasm:glue";
import { provide } from "../src/core.js";

provide(() => {
  try {
    instantiate(new WebAssembly.Module(bytes()));
  } catch (cause) {
    throw new Error(
      `xano-wasm could not start: ${cause.message}. ` +
        "If the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src. " +
        'Chromium before 114 refuses to compile on the main thread: there, import from "xano-wasm/slim", whose init() ' +
        "takes a WebAssembly.Module.",
      { cause },
    );
  }
});

// The wasm travels inside the script, and comes to life at the first `channel()`: on the next line, if need be.

import bytes from "wasm:bytes";
import { instantiate } from "wasm:instance";

/** @import { Append, Enter } from "../src/core/engine.js" */

/**
 * @param {Append} append
 * @returns {Enter}
 */
export function boot(append) {
  try {
    return instantiate(new WebAssembly.Module(bytes()), append);
  } catch (/** @type {any} */ cause) {
    throw new Error(
      `xano-wasm could not start: ${cause.message}. A Content-Security-Policy needs script-src 'wasm-unsafe-eval'; ` +
        "Chromium before 114 needs xano-wasm/slim and its init(); without WebAssembly there is xano-wasm/js (dist/xano.js.min.js).",
      { cause },
    );
  }
}

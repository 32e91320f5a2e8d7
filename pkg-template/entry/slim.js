// `import { init, XanoClient } from "xano-wasm/slim"`: the wasm is a file of its own, loaded by `await init()`.

import { instantiate } from "wasm:glue";
import { provide } from "../src/core.js";

export * from "../src/index.js";

let ready = false;

provide(() => {
  if (!ready) throw new Error('xano-wasm is not ready: `await init()` from "xano-wasm/slim" before the first channel.');
});

/**
 * Loads the wasm. Without an argument it is fetched from beside this script; a URL, a Response, the bytes or a
 * compiled WebAssembly.Module may be given instead.
 */
export async function init(source = new URL("./xano.wasm", import.meta.url)) {
  if (ready) return;
  const module = await compile(await source);
  if (!ready) instantiate(module);
  ready = true;
}

async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === "string" || source instanceof URL) source = await fetch(source);
  if (!(typeof Response !== "undefined" && source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new Error(`The wasm was not found: ${source.status} ${source.url}`);
  // Not compileStreaming: it refuses a server that does not know the media type of wasm.
  return WebAssembly.compile(await source.arrayBuffer());
}

// The wasm is loaded before the first channel.

import { instantiate } from "wasm:instance";

/** @import { Append, Enter } from "../src/core/engine.js" */

/** @type {WebAssembly.Module | undefined} */
let compiled;

/**
 * @param {Append} append
 * @returns {Enter}
 */
export function boot(append) {
  if (compiled) return instantiate(compiled, append);
  throw new Error('xano-wasm is not ready: `await init()` from "xano-wasm/slim" before the first channel.');
}

/**
 * Loads the wasm. Without an argument it is fetched from beside this script; a URL, a Response, the bytes or a
 * compiled WebAssembly.Module may be given instead.
 * @param {any} source
 */
export async function init(source = new URL("./xano.wasm", import.meta.url)) {
  compiled ??= await compile(await source);
}

/** @param {any} source */
async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === "string" || source instanceof URL) source = await fetch(source);
  if (!(typeof Response !== "undefined" && source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new Error(`The wasm was not found: ${source.status} ${source.url}`);
  // Not compileStreaming: it refuses a server that does not know the media type of wasm.
  return WebAssembly.compile(await source.arrayBuffer());
}

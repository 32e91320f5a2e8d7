export * from "./index.js";

/**
 * Loads the wasm; `await` it before the first `channel()`.
 *
 * @param source default: `xano.wasm` beside this script. A URL, a Response, the bytes, or a compiled
 * WebAssembly.Module may be given instead.
 */
export declare function init(
  source?:
    | string
    | URL
    | Response
    | BufferSource
    | WebAssembly.Module
    | Promise<Response | BufferSource | WebAssembly.Module>,
): Promise<void>;

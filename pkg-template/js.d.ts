// `xano-wasm/js`: the whole package without WebAssembly.

export * from "./index.js";

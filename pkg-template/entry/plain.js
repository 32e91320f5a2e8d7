// The engine as plain JavaScript, for places that refuse WebAssembly: a strict policy, Workers, Hermes.

export { instantiate as boot } from "wasm:plain";

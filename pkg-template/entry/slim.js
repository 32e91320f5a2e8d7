// `import { init, XanoClient } from "xano-wasm/slim"`: the wasm is a file of its own, loaded by `await init()`.

import "./loaded.js";

export * from "../src/index.js";
export { init } from "./loaded.js";

// `import { XanoClient } from "xano-wasm/js"`: the whole client without WebAssembly.

import "./plain.js";

export * from "../src/index.js";

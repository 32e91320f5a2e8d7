// `import { XanoClient } from "xano-wasm"`.

import "./inline.js";

export * from "../src/index.js";

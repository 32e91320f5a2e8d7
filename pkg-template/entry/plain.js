// The engine as plain JavaScript, for places that refuse WebAssembly: a strict policy, Workers, Hermes.

import { instantiate } from "wasm:plain";
import { provide } from "../src/core/engine.js";

provide(instantiate);

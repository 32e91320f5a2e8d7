// The modules that exist only while bundling:
// - `wasm:glue`, what wasm-bindgen generated;
// - `wasm:wire`, the hand-written module that the glue imports too: both must get the same one, as it has a state;
// - `wasm:bytes`, a function that returns the module, inlined as text.
import { readFileSync } from "node:fs";
import { inlined } from "./inline.mjs";

export function wasmModules({ glue, wire, wasm }) {
  return {
    name: "wasm-modules",
    setup(build) {
      build.onResolve({ filter: /^wasm:glue$/ }, () => ({ path: glue }));
      build.onResolve({ filter: /^wasm:wire$|\/snippets\/.*\/wire\.js$/ }, () => ({ path: wire }));
      build.onResolve({ filter: /^wasm:bytes$/ }, ({ path }) => ({ path, namespace: "wasm" }));
      build.onLoad({ filter: /^wasm:bytes$/, namespace: "wasm" }, () => ({
        contents: inlined(readFileSync(wasm)),
        resolveDir: import.meta.dirname,
      }));
    },
  };
}

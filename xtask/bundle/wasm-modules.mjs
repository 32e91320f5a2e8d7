// The modules that exist only while bundling:
// - `wasm:glue`, what wasm-bindgen generated, and `instantiate`, which brings a compiled module to life;
// - `wasm:wire`, the hand-written module that the glue imports too: both must get the same one, as it has a state;
// - `wasm:words`, what Rust calls by number, in words;
// - `wasm:bytes`, a function that returns the module, inlined as text.
import { readFileSync } from "node:fs";
import { inlined } from "./inline.mjs";

export function wasmModules({ glue, wire, wasm, words, names }) {
  return {
    name: "wasm-modules",
    setup(build) {
      build.onResolve({ filter: /^wasm:(bytes|glue)$/ }, ({ path }) => ({ path, namespace: "wasm" }));
      build.onResolve({ filter: /^wasm:words$/ }, () => ({ path: words }));
      build.onResolve({ filter: /^wasm:generated$/ }, () => ({ path: glue }));
      build.onResolve({ filter: /^wasm:wire$|\/snippets\/.*\/wire\.js$/ }, () => ({ path: wire }));
      const load = (path, contents) =>
        build.onLoad({ filter: path, namespace: "wasm" }, () => ({
          contents: contents(),
          resolveDir: import.meta.dirname,
        }));
      load(/^wasm:bytes$/, () => inlined(readFileSync(wasm)));
      load(/^wasm:glue$/, () => glueWith(names));
    },
  };
}

/** Each import of the module by itself, so that the bundler can shorten and merge them like its own functions. */
function glueWith({ module, imports }) {
  const sources = imports.map(([as, from, name]) => {
    const source = from.endsWith("/wire.js") ? "wasm:wire" : "wasm:generated";
    return `import { ${name} as ${as}_ } from "${source}";`;
  });
  return `export * from "wasm:generated";
import { __wbg_set_wasm } from "wasm:generated";
${sources.join("\n")}

export function instantiate(compiled) {
  const { exports } = new WebAssembly.Instance(compiled, {
    ${module}: { ${imports.map(([as]) => `${as}: ${as}_`).join(", ")} },
  });
  __wbg_set_wasm(exports);
  exports.__wbindgen_start();
}`;
}

// The modules that exist only while bundling:
// - `wasm:bytes`, a function that returns the module, inlined as text;
// - `wasm:instance`, a function that brings the compiled module to life;
// - `wasm:plain`, the engine as plain JavaScript;
// - `wasm:boot`, the file of pkg-template/entry that says how the engine comes to life. It is imported, not called by an
//   entry: a call at the top level would keep bundlers from leaving out what an application does not use.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inlined } from "./inline.mjs";
import { plainEngine } from "./plain.mjs";

export function wasmModules({ wasm, plain, names, boot }) {
  return {
    name: "wasm-modules",
    setup(build) {
      build.onResolve({ filter: /^wasm:(bytes|instance|plain)$/ }, ({ path }) => ({ path, namespace: "wasm" }));
      // The `sideEffects` of pkg-template/package.json speak of the finished package, not of the parts it is made of.
      build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path),
        sideEffects: true,
      }));
      build.onResolve({ filter: /^wasm:boot$/ }, () => ({ path: boot }));
      const load = (path, contents) =>
        build.onLoad({ filter: path, namespace: "wasm" }, () => ({
          contents: contents(),
          resolveDir: import.meta.dirname,
        }));
      load(/^wasm:bytes$/, () => inlined(readFileSync(wasm)));
      load(/^wasm:instance$/, () => instance(names));
      load(/^wasm:plain$/, () => plainEngine(plain, names));
    },
  };
}

/** The module imports one function and exports one: pkg-template/src/core/engine.js names their arguments. */
function instance({ module, imports, exports }) {
  const [[append, , name], ...others] = imports;
  if (others.length > 0) throw new Error(`the module imports more than ${name}: ${others.map(([, , other]) => other)}`);
  return `export const instantiate = (compiled, append) =>
    new WebAssembly.Instance(compiled, { ${module}: { ${append}: append } }).exports.${exports.handle};`;
}

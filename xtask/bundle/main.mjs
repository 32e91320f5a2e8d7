// Bundles the facade, the glue and the module. Called by the build's `bundle` step:
// node main.mjs (release|debug) <checkout> <glue folder> <wasm file> <output folder> <version>
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { wasmModules } from "./wasm-modules.mjs";

const [mode, checkout, glueFolder, wasm, output, version] = process.argv.slice(2);

/** What the module's imports and exports were renamed to, so that the glue can follow. */
const names = JSON.parse(readFileSync(join(glueFolder, "names.json"), "utf8"));
const glue = join(glueFolder, "xano_wasm_bg.js");
const wire = join(checkout, "src/web/wire.js");

const shared = {
  bundle: true,
  // A page may serve the script without a charset.
  charset: "ascii",
  minify: mode === "release",
  // The first browsers with the reference types of our WebAssembly and private class members.
  target: ["chrome96", "firefox90", "safari15", "node20"],
  legalComments: "none",
  define: { VERSION: JSON.stringify(version) },
  banner: { js: `/*! xano-wasm ${version} | MIT OR Apache-2.0 | not affiliated with Xano */` },
  mangleProps: exactly(Object.keys(names.exports)),
  mangleCache: names.exports,
  // The `sideEffects` of pkg-template/package.json speak of the finished package, not of the parts it is made of.
  ignoreAnnotations: true,
  plugins: [wasmModules({ glue, wire, wasm, names })],
  logLevel: "warning",
};

const bundles = [
  { entry: "index.js", outfile: "index.js", format: "esm" },
  { entry: "index.js", outfile: "index.cjs", format: "cjs" },
  { entry: "slim.js", outfile: "slim.js", format: "esm" },
  { entry: "script.js", outfile: "dist/xano.min.js", format: "iife", sourcemap: true },
];

await Promise.all(
  bundles.map(({ entry, outfile, ...options }) =>
    build({
      ...shared,
      ...options,
      entryPoints: [join(checkout, "pkg-template/entry", entry)],
      outfile: join(output, outfile),
    }),
  ),
);
copyFileSync(wasm, join(output, "xano.wasm"));

function exactly(words) {
  const escaped = words.map((word) => word.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^(?:${escaped.join("|")})$`);
}

// Bundles the facade, the glue and the module. Called by the build's `bundle` step:
// node main.mjs (release|debug) <checkout> <glue folder> <wasm file> <words file> <output folder> <version>
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { minify } from "terser";
import { wasmModules } from "./wasm-modules.mjs";

const [mode, checkout, glueFolder, wasm, words, output, version] = process.argv.slice(2);

/** What the module's imports and exports were renamed to, so that the glue can follow. */
const names = JSON.parse(readFileSync(join(glueFolder, "names.json"), "utf8"));
const glue = join(glueFolder, "xano_wasm_bg.js");
const wire = join(checkout, "src/web/wire.js");

const shared = {
  bundle: true,
  // A page may serve the script without a charset.
  charset: "ascii",
  // Names are left to terser, which keeps some.
  minifySyntax: mode === "release",
  minifyWhitespace: mode === "release",
  // The first browsers with the reference types of our WebAssembly and private class members.
  target: ["chrome96", "firefox90", "safari15", "node20"],
  legalComments: "none",
  banner: { js: `/*! xano-wasm ${version} | MIT OR Apache-2.0 | not affiliated with Xano */` },
  mangleProps: exactly(Object.keys(names.exports)),
  mangleCache: names.exports,
  // The `sideEffects` of pkg-template/package.json speak of the finished package, not of the parts it is made of.
  ignoreAnnotations: true,
  plugins: [wasmModules({ glue, wire, wasm, words, names })],
  logLevel: "warning",
};

/** Members of what no page gets, an underscore or not. None of them is a word of the wire, or of the public surface. */
const INTERNAL = [
  ...["acknowledged", "await_writable", "debugging", "discard", "discarded", "everybody", "forget_joins", "formField"],
  ...["got", "handlers", "handles", "hasRestarted", "heard", "heardBefore", "internal", "isDebugged", "isSent"],
  ...["memberships", "membership", "missed", "onError", "pinged", "poll", "publisher", "quiet_ms", "recovery"],
  ...["listeners", "onStatus", "removed", "slot_of", "spares", "tell", "waiting", "wanted", "was_heard", "wasReplayed"],
];
/** They get short names, which still begin as such: pages extend our classes. */
const properties = {
  regex: new RegExp(`^_[a-z]|^(${INTERNAL.join("|")})$`),
  nth_identifier: { get: (number) => `_${number.toString(36)}` },
};
/** What is exported keeps its name: consoles and stack traces show it. */
const exported = readFileSync(join(checkout, "pkg-template/src/index.js"), "utf8").match(/\bXano\w+/g);

const bundles = [
  { entry: "index.js", outfile: "index.js", format: "esm" },
  { entry: "index.js", outfile: "index.cjs", format: "cjs" },
  { entry: "slim.js", outfile: "slim.js", format: "esm" },
  { entry: "script.js", outfile: "dist/xano.min.js", format: "iife", sourcemap: true, onlyBrowsers: true },
];

// One after the other: terser counts in one place which letters are frequent.
for (const { entry, outfile, sourcemap = false, onlyBrowsers = false, ...options } of bundles) {
  const { outputFiles } = await build({
    ...shared,
    ...options,
    define: { VERSION: JSON.stringify(version), ONLY_BROWSERS: `${onlyBrowsers}` },
    sourcemap: sourcemap && "external",
    write: false,
    entryPoints: [join(checkout, "pkg-template/entry", entry)],
    outfile: join(output, outfile),
  });
  write(join(output, outfile), await smaller(outputFiles, outfile, options.format));
}
copyFileSync(wasm, join(output, "xano.wasm"));

/** What esbuild leaves, once more: by 2 % smaller in gzip. */
async function smaller(outputFiles, outfile, format) {
  const [code, map] = [/js$/, /map$/].map((ending) => outputFiles.find(({ path }) => ending.test(path))?.text);
  if (mode !== "release") return { code, map };
  const sourceMap = map && { content: map, url: `${basename(outfile)}.map` };
  return minify(code, {
    module: format === "esm",
    toplevel: true,
    // Comparisons as they are written compress better.
    compress: { lhs_constants: false },
    mangle: { properties, reserved: exported },
    sourceMap,
    format: { comments: /^!/ },
  });
}

function write(path, { code, map }) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code);
  if (map) writeFileSync(`${path}.map`, map);
}

function exactly(words) {
  const escaped = words.map((word) => word.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^(?:${escaped.join("|")})$`);
}

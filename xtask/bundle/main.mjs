// Bundles the JavaScript and the module. Called by the build's `bundle` step:
// node main.mjs (release|debug) <checkout> <names file> <wasm file> <wasm2js file> <output folder> <version>
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { minify } from "terser";
import { wasmModules } from "./wasm-modules.mjs";

const [mode, checkout, namesFile, wasm, plain, output, version] = process.argv.slice(2);

/** What the module's imports and exports were renamed to. */
const names = JSON.parse(readFileSync(namesFile, "utf8"));

const shared = {
  bundle: true,
  // A page may serve the script without a charset.
  charset: "ascii",
  // Names are left to terser, which keeps some; and white space, with which the marks of pure calls would go.
  minifySyntax: mode === "release",
  // The first browsers with the reference types of our WebAssembly and private class members.
  target: ["chrome96", "firefox90", "safari15", "node20"],
  legalComments: "none",
  banner: { js: `/*! xano-wasm ${version} | MIT OR Apache-2.0 | not affiliated with Xano */` },
  logLevel: "warning",
};

/**
 * Members of what no page gets. None of them is a word of the wire, of the public surface, or of an object of the platform
 * that this package uses.
 */
const INTERNAL = `
  acknowledge acknowledged acknowledgesItself activate answer attemptFailed awaitWritable cancels carryOut clientId
  comesBack connection debugging discard enter failed failure formField freeSlots generation got hand
  handlers handles handOut heard heardBefore held ids isAsking isAt isClosed isConfirmed isConnected isDebugged isDiscarded
  isHeard isInternal isJoined isOpen isPinged isPlain isRemoved isRepeated isSendingKnown isToldConnected
  isV2 joinOptions leave link listen listeners mayWait messages missed number object onStatus openWith owner pass
  phase poll position published publisher quiet_ms refusal removeHandlers roster seen sendIfOpen sendJoin sent_ms serves
  setTimer settle slot slots subscription subscriptionAt subscriptionOf subscriptions takePosition takesErrors
  takesFrames tell tellCancels tellConnected tellFailure tellStatus textOf timer transmit unsent unsubscribe wanted
  wasHeard wasSent watch watchOver
`;
const internal = INTERNAL.trim().split(/\s+/);
/** Letters by how frequent they are in minified JavaScript. */
const LETTERS = "etniosracduhfmlpgvbyCAESTNIDOPRLMUGBHFVKWYXZQJwkxqzj";
const properties = {
  builtins: true,
  regex: new RegExp(`^_[a-z]|^(${internal.join("|")})$`),
  // Pages extend our classes: what begins with an underscore goes on to begin with one.
  nth_identifier: { get: (number) => `_${number.toString(36)}` },
};
/** What is exported keeps its name: consoles and stack traces show it. */
const exported = readFileSync(join(checkout, "pkg-template/src/index.js"), "utf8").match(/\bXano\w+/g);

/** Applications that use a part of a bundle get no more of one that `isTakenApart`. `boot` names the file of pkg-template/entry that brings the engine to life; each entry imports it first: gzip likes it there. */
const bundles = [
  { entry: "index.js", outfile: "index.js", format: "esm", isTakenApart: true },
  { entry: "index.js", outfile: "index.cjs", format: "cjs" },
  { entry: "slim.js", outfile: "slim.js", format: "esm", boot: "loaded.js" },
  { entry: "js.js", outfile: "js.js", format: "esm", boot: "plain.js", isTakenApart: true },
  { entry: "js.js", outfile: "js.cjs", format: "cjs", boot: "plain.js" },
  { entry: "realtime.js", outfile: "realtime.js", format: "esm", isTakenApart: true },
  { entry: "realtime.js", outfile: "realtime.cjs", format: "cjs" },
  { entry: "realtime.js", outfile: "realtime.browser.js", format: "esm", onlyBrowsers: true, isForProduction: true },
  { entry: "http.js", outfile: "http.js", format: "esm", isTakenApart: true },
  { entry: "http.js", outfile: "http.cjs", format: "cjs" },
  { entry: "http.js", outfile: "http.browser.js", format: "esm", onlyBrowsers: true },
  { entry: "script.js", outfile: "dist/xano.min.js", format: "iife", sourcemap: true, onlyBrowsers: true },
  {
    entry: "script-plain.js",
    outfile: "dist/xano.js.min.js",
    format: "iife",
    boot: "plain.js",
    sourcemap: true,
    onlyBrowsers: true,
  },
];

// One after the other: terser counts in one place which letters are frequent.
for (const {
  entry,
  outfile,
  boot = "inline.js",
  sourcemap = false,
  onlyBrowsers = false,
  isForProduction = false,
  isTakenApart = false,
  ...options
} of bundles) {
  const { outputFiles } = await build({
    ...shared,
    ...options,
    plugins: [wasmModules({ wasm, plain, names, boot: join(checkout, "pkg-template/entry", boot) })],
    define: { VERSION: JSON.stringify(version), ONLY_BROWSERS: `${onlyBrowsers}`, HELP: `${!isForProduction}` },
    sourcemap: sourcemap && "external",
    write: false,
    entryPoints: [join(checkout, "pkg-template/entry", entry)],
    outfile: join(output, outfile),
  });
  write(join(output, outfile), await smaller(outputFiles, { outfile, boot, isTakenApart, format: options.format }));
}
copyFileSync(wasm, join(output, "xano.wasm"));

/** What esbuild leaves, once more: by 2 % smaller in gzip. */
async function smaller(outputFiles, { outfile, boot, isTakenApart, format }) {
  const [code, map] = [/js$/, /map$/].map((ending) => outputFiles.find(({ path }) => ending.test(path))?.text);
  if (mode !== "release") return { code, map };
  const sourceMap = map && { content: map, url: `${basename(outfile)}.map` };
  return minify(code, {
    module: format === "esm",
    toplevel: true,
    // Comparisons as they are written compress better.
    compress: {
      lhs_constants: false,
      // What wasm2js makes is smaller after one.
      passes: boot === "plain.js" ? 1 : 2,
      // Put in the place of its call, a function loses the mark that lets a bundler leave it out.
      reduce_funcs: !isTakenApart,
      inline: !isTakenApart,
    },
    mangle: {
      properties: { ...properties, cache: { props: shortNames(code) } },
      reserved: exported,
      // The same letters as above; terser would count those of the module's text, too.
      nth_identifier: { get: shortName },
    },
    sourceMap,
    // Texts of the escapes that esbuild has made would be characters again.
    format: { ascii_only: true, comments: /^!/, preserve_annotations: isTakenApart },
  });
}

/** The names of internal members in this code: the most frequent ones get the most frequent letters. */
function shortNames(code) {
  const counts = new Map(internal.map((name) => [name, 0]));
  for (const [word] of code.matchAll(/\w+/g)) if (counts.has(word)) counts.set(word, counts.get(word) + 1);
  const used = internal.filter((name) => counts.get(name)).sort((a, b) => counts.get(b) - counts.get(a));
  return new Map(used.map((name, index) => [name, shortName(index)]));
}

function shortName(index) {
  const letter = LETTERS[index % LETTERS.length];
  return index < LETTERS.length ? letter : shortName(Math.floor(index / LETTERS.length) - 1) + letter;
}

function write(path, { code, map }) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code);
  if (map) writeFileSync(`${path}.map`, map);
}

// node xtask/bundle/search-alphabet.mjs [rounds]: searches an alphabet for inline.mjs with which the scripts of pkg/ are
// smaller in gzip, and not much larger in brotli, from the one that is there. Prints one where it finds one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { ALPHABET, encode } from "./inline.mjs";

const rounds = Number(process.argv[2] ?? 3_000);
const file = (path) => readFileSync(join(import.meta.dirname, "../../pkg", path));
const wasm = file("xano.wasm");
const literals = literalsOf(ALPHABET);
const scripts = ["dist/xano.min.js", "realtime.browser.js"].map((path) => file(path).toString());
if (!scripts.every((script) => literals.every((literal) => script.includes(literal)))) {
  throw new Error("pkg/ was built with another alphabet");
}

const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
  (character) => !'"\\~'.includes(character),
);
let best = ALPHABET.padEnd(256, "~").split("");
for (const character of characters) if (!best.includes(character)) best[best.indexOf("~")] = character;
let size = sizeWith(best, Number.POSITIVE_INFINITY);
console.log(size.text);

for (let round = 0; round < rounds; round++) {
  const [a, b] = [anyByte(), anyByte()];
  if (best[a] === best[b]) continue;
  const candidate = [...best];
  [candidate[a], candidate[b]] = [best[b], best[a]];
  const found = sizeWith(candidate, size.gzip + 2);
  if (found && found.both <= size.both) [best, size] = [candidate, found];
}
console.log(`${size.text}\n${JSON.stringify(trimmed(best))}`);

/** Bytes that the module has, the frequent ones often. */
function anyByte() {
  return Math.random() < 0.5 ? wasm[Math.floor(Math.random() * wasm.length)] : Math.floor(Math.random() * 256);
}

function trimmed(alphabet) {
  return alphabet.join("").replace(/~+$/, "");
}

/** What stands in a script: the alphabet, and the module in it. */
function literalsOf(alphabet) {
  return [alphabet, encode(wasm, alphabet)].map((text) => JSON.stringify(text));
}

/** The sizes with another alphabet; nothing where gzip alone has more than `most`: brotli is the slower one. */
function sizeWith(alphabet, most) {
  const texts = literalsOf(trimmed(alphabet));
  // By a function: "$&" in a text stands for nothing.
  const changed = scripts.map((script) =>
    literals.reduce((code, old, index) => code.replace(old, () => texts[index]), script),
  );
  const gzips = changed.map((code) => gzipSync(code, { level: 9 }).length);
  const gzip = gzips.reduce((sum, bytes) => sum + bytes, 0);
  if (gzip > most) return undefined;
  const brotli = brotliCompressSync(changed[0]).length;
  return { gzip, both: 4 * gzip + brotli, text: `gzip ${gzips.join(" and ")}, brotli of the first ${brotli}` };
}

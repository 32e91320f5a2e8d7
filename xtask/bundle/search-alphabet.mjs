// node xtask/bundle/search-alphabet.mjs [rounds]: searches an alphabet for inline.mjs with which the script of pkg/ is
// smaller in gzip and brotli, from the one that is there. Prints one where it finds one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { ALPHABET, encode } from "./inline.mjs";

const rounds = Number(process.argv[2] ?? 3_000);
const file = (path) => readFileSync(join(import.meta.dirname, "../../pkg", path));
const wasm = file("xano.wasm");
const script = file("dist/xano.min.js").toString();
const literals = [ALPHABET, encode(wasm)].map((text) => JSON.stringify(text));
if (!literals.every((literal) => script.includes(literal))) throw new Error("pkg/ was built with another alphabet");

const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
  (character) => !'"\\~'.includes(character),
);
let best = ALPHABET.padEnd(256, "~").split("");
for (const character of characters) if (!best.includes(character)) best[best.indexOf("~")] = character;
let size;
size = sizeWith(best);
console.log(`gzip ${size.gzip}, brotli ${size.brotli}`);

for (let round = 0; round < rounds; round++) {
  const candidate = [...best];
  const [a, b] = [randomByte(), randomByte()];
  [candidate[a], candidate[b]] = [best[b], best[a]];
  const found = candidate[a] === best[a] ? size : sizeWith(candidate);
  if (found.both > size.both) continue;
  [best, size] = [candidate, found];
}
console.log(`gzip ${size.gzip}, brotli ${size.brotli}\n${JSON.stringify(best.join("").replace(/~+$/, ""))}`);

/** Bytes that the module has, the frequent ones often. */
function randomByte() {
  const byte = Math.random() < 0.5 ? wasm[Math.floor(Math.random() * wasm.length)] : Math.floor(Math.random() * 256);
  return byte;
}

function sizeWith(candidate) {
  const alphabet = candidate.join("").replace(/~+$/, "");
  const texts = [alphabet, encode(wasm, alphabet)];
  // By a function: "$&" in a text stands for nothing.
  const changed = literals.reduce((code, old, index) => code.replace(old, () => JSON.stringify(texts[index])), script);
  const gzip = gzipSync(changed, { level: 9 }).length;
  // The slower of both is not asked about what is lost already.
  const brotli = size && gzip > size.gzip + 8 ? Number.POSITIVE_INFINITY : brotliCompressSync(changed).length;
  return { gzip, brotli, both: gzip + brotli };
}

// node bench/inlining.mjs: what it costs to carry the module of pkg/ inside a script, by encoding.
// Each row is slim.js with the text and its decoder behind it; docs/decisions/003-inlining.md has the figures.
import { deepEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { transformSync } from "esbuild";
import { ALPHABET, encode } from "../xtask/bundle/inline.mjs";

const file = (path) => readFileSync(join(import.meta.dirname, "..", path));
const script = file("pkg/slim.js");
const wasm = file("pkg/xano.wasm");
const decoder = file("xtask/bundle/decode.js").toString().replace("export ", "");

/** The text, and the source of a function that turns it into bytes. */
const encodings = {
  hex: [wasm.toString("hex"), "(text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16))"],
  base64: [wasm.toString("base64"), "(text) => Uint8Array.from(atob(text), (byte) => byte.charCodeAt())"],
  "latin-1": [wasm.toString("latin1"), "(text) => Uint8Array.from(text, (byte) => byte.charCodeAt())"],
  "7 bit, control characters": [
    sevenBit(wasm),
    "(text) => Uint8Array.from(text.match(/~?./gs), (byte) => byte[1] ? byte.charCodeAt(1) ^ 128 : byte.charCodeAt())",
  ],
  "ours, printable ASCII": [
    encode(wasm),
    `(text) => { ${decoder}; return decode(${JSON.stringify(ALPHABET)}, text); }`,
  ],
};

row("bytes", "raw", "gzip -9", "brotli", "decoding, ms");
printSizes("without the module", script, "");
for (const [name, [text, source]] of Object.entries(encodings)) {
  // biome-ignore lint/security/noGlobalEval: it is the source that is measured
  const decode = eval(source);
  const start = performance.now();
  const bytes = decode(text);
  const milliseconds = performance.now() - start;
  deepEqual(Buffer.from(bytes), wasm);
  const code = transformSync(`export const bytes = () => (${source})(text);`, { minify: true }).code;
  const inlined = Buffer.concat([script, Buffer.from(code), Buffer.from(`const text=${literal(text)};`, "latin1")]);
  printSizes(name, inlined, milliseconds.toFixed(1));
}

/** Bytes from 128 stand behind a `~`, without their highest bit; the byte of `~` itself does too, and sets it. */
function sevenBit(bytes) {
  return Array.from(bytes, (byte) => {
    if (byte === 0x7e) return `~${String.fromCharCode(0x7e ^ 128)}`;
    return byte < 128 ? String.fromCharCode(byte) : `~${String.fromCharCode(byte ^ 128)}`;
  }).join("");
}

/** Only what has to be escaped: JSON would escape every control character. */
function literal(text) {
  const escapes = { "\n": "\\n", "\r": "\\r", "\\": "\\\\", '"': '\\"' };
  return `"${text.replace(/[\n\r\\"]/g, (character) => escapes[character])}"`;
}

function printSizes(name, content, milliseconds) {
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  row(name, content.length, gzipSync(content, { level: 9 }).length, brotli.length, milliseconds);
}

function row(name, ...cells) {
  console.log(name.padEnd(28) + cells.map((cell) => String(cell).padStart(14)).join(""));
}

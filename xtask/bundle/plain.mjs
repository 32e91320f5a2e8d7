// The engine as plain JavaScript: what wasm2js makes of the module, without its scaffolding.
import { readFileSync } from "node:fs";

const HEAPS = ["HEAP8", "HEAP16", "HEAP32", "HEAPU8", "HEAPU16", "HEAPU32"];
const ARRAYS = {
  HEAP8: "Int8",
  HEAP16: "Int16",
  HEAP32: "Int32",
  HEAPU8: "Uint8",
  HEAPU16: "Uint16",
  HEAPU32: "Uint32",
};
/** What must not be left of wasm2js: its own modules, its table of base64, its view of the memory, imports by name. */
const SCAFFOLDING =
  /asmFunc|base64|__wasm_(?!memory_grow)|bufferView|HEAPF|imports|Object\.create|wasm2js_(?!trap|memory_copy|i32\$)/;

/** The source of a module that exports `instantiate(append)`, as entry/js.js wants it. */
export function plainEngine(file, { module, imports: [[append]], exports }) {
  const text = readFileSync(file, "utf8");
  const between = (start, end) => {
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0)
      throw new Error(`wasm2js writes no "${start.trim()}" or no "${end.trim()}" any more: adapt plain.mjs`);
    return text.slice(from + start.length, to);
  };
  const body = between(` var ${module} = imports.${module};\n`, "\n bufferView = HEAPU8;")
    .replaceAll(`${module}.${append}`, "append")
    .replaceAll("wasm2js_memory_copy(", "copy(");
  const scaffolding = SCAFFOLDING.exec(body);
  if (scaffolding) throw new Error(`wasm2js leaves "${scaffolding[0]}" in the engine: adapt plain.mjs`);
  const [bytes] = /new ArrayBuffer\((\d+)\)/.exec(text).slice(1);
  const [handle] = new RegExp(`"${exports.handle}": (\\$\\w+)`).exec(text).slice(1);
  const heaps = HEAPS.filter((heap) => new RegExp(`\\b${heap}\\b`).test(body) || heap === "HEAPU8");
  const math = [...new Set(body.match(/\bMath_\w+/g))].map((name) => `const ${name} = ${name.replace("_", ".")};`);
  return `
let ${heaps.join(", ")};
const use = (buffer) => {
  ${heaps.map((heap) => `${heap} = new ${ARRAYS[heap]}Array(buffer);`).join("\n  ")}
};
${math.join("\n")}

export function instantiate(append) {
  const wasm2js_trap = () => { throw new Error("unreachable"); };
  const copy = (to, from, bytes) => HEAPU8.copyWithin(to, from, from + bytes);
  const __wasm_memory_grow = (pages) => {
    const old = HEAPU8;
    use(new ArrayBuffer(old.length + (pages << 16)));
    HEAPU8.set(old);
    return old.length >> 16;
  };
  ${body}
  use(new ArrayBuffer(${bytes}));
  ${segments(text)}
  // An argument of a function of WebAssembly is a number of 32 bits, whatever it was.
  return (a, b, c, d, e, f, g, h) => ${handle}(a | 0, b | 0, c | 0, d | 0, e | 0, f | 0, g | 0, h | 0);
}`;
}

/** The constants of the module: a few bytes. */
function segments(text) {
  const found = [...text.matchAll(/base64DecodeToExistingUint8Array\(bufferView, (\d+), "([^"]*)"\)/g)];
  return found
    .map(([, offset, bytes]) => `HEAPU8.set([${[...Buffer.from(bytes, "base64")]}], ${offset});`)
    .join("\n  ");
}

// Prints what a page has to load, in bytes: raw, gzip -9, brotli 11.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

export const FILES = [
  ...["dist/xano.min.js", "dist/xano.js.min.js", "index.js", "index.cjs", "slim.js", "xano.wasm"],
  ...["js.js", "realtime.js", "realtime.browser.js", "http.js", "http.browser.js"],
];

export function sizesOf(folder) {
  return FILES.map((file) => ({ file, ...sizesOfContent(readFileSync(join(folder, file))) }));
}

export function sizesOfContent(content) {
  return {
    raw: content.length,
    gzip: gzipSync(content, { level: 9 }).length,
    brotli: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  };
}

export function printSizes(sizes) {
  const row = (...cells) =>
    console.log(
      `${cells[0].padEnd(20)}${cells
        .slice(1)
        .map((cell) => String(cell).padStart(9))
        .join("")}`,
    );
  row("bytes", "raw", "gzip -9", "brotli");
  for (const { file, raw, gzip, brotli } of sizes) row(file, raw, gzip, brotli);
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) printSizes(sizesOf(process.argv[2]));

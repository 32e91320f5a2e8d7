// Which script imports which.
import { posix } from "node:path";

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const IMPORT = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;
/** What the build puts in for `wasm:…`: the client in Rust, by its boundary. */
const WASM = "wasm:";

/**
 * Each `[from, to]`: a file, and a file that it imports from.
 *
 * @param {Record<string, string>} files texts by path
 * @param {string} boundary the file of the client in Rust that `wasm:…` stands for
 */
export function scriptImports(files, boundary) {
  const imports = [];
  for (const [file, text] of Object.entries(files)) {
    if (!file.endsWith(".js")) continue;
    for (const [, name] of text.replace(COMMENT, "").matchAll(IMPORT)) {
      const to = target(file, name, files, boundary);
      if (to && to !== file) imports.push([file, to]);
    }
  }
  return imports;
}

function target(file, name, files, boundary) {
  if (name.startsWith(WASM)) return boundary;
  if (!name.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(file), name);
  return path in files ? path : undefined;
}

// Counts the client's lines of code by kind, without comments, empty lines and tests: what decides, and what carries out.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib/workspace.mjs";

const KINDS = [
  ["decisions, in Rust", "src/engine", ".rs"],
  ["the boundary of the npm package, in Rust", "src/npm", ".rs"],
  ["the JavaScript that carries out what is decided", "pkg-template/src/core", ".js"],
  ["channels and clients, as JavaScript programs hold them", "pkg-template/src/realtime", ".js"],
  [
    "HTTP, storage and the ways of loading, in JavaScript",
    ["pkg-template/src/http", "pkg-template/src/storage", "pkg-template/entry"],
    ".js",
  ],
  ["the Rust library around the same decisions", "src/typed", ".rs"],
];

for (const [name, folders, ending] of KINDS) {
  const lines = [folders]
    .flat()
    .flatMap((folder) => filesIn(folder, ending))
    .map(codeLines);
  console.log(
    `${String(lines.reduce((sum, count) => sum + count, 0)).padStart(6)}  ${name} (${[folders].flat().join(", ")})`,
  );
}

function filesIn(folder, ending) {
  const names = readdirSync(join(root, folder), { recursive: true });
  // What the build writes down is counted where it comes from.
  return names.filter((name) => name.endsWith(ending) && name !== "numbers.js").map((name) => join(root, folder, name));
}

/** The unit tests of a Rust file stand at its end. */
function codeLines(path) {
  const [code] = readFileSync(path, "utf8").split("#[cfg(test)]\nmod ");
  const bare = code.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  return bare.split("\n").filter((line) => line.trim() && !line.trim().startsWith("//")).length;
}

// npm run bench: so far, the sizes of what a page loads.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { printSizes, sizesOf } from "../xtask/check/sizes.mjs";
import { buildPackage, buildPrograms } from "./lib/build.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";
import { root } from "./lib/workspace.mjs";

await runParts("npm run bench", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ["programs", buildPrograms],
  ["package", () => buildPackage()],
  ["sizes", writeSizes],
]);

function writeSizes() {
  const sizes = sizesOf(join(root, "pkg"));
  printSizes(sizes);
  writeFileSync(join(root, "bench/results.json"), `${JSON.stringify({ sizes }, null, 2)}\n`);
}

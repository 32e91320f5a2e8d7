// npm run build [-- --debug]: the npm package in pkg/, the demo page in target/demo/.
import { packageParts } from "./lib/build.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";

await runParts("npm run build", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ...packageParts(process.argv.slice(2)),
]);

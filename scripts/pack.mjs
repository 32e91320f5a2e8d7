// npm run pack: the npm packages of the client, of the server, and of the server's program for this platform, in target/npm/.
import { programParts } from "./lib/build.mjs";
import { packParts } from "./lib/pack.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";

await runParts("npm run pack", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ...programParts(),
  ...packParts(),
]);

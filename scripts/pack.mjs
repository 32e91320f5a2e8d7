// npm run pack: the npm packages of the client, of the server, and of the server's program for this platform, in target/npm/.
import { buildPackage, buildPrograms } from "./lib/build.mjs";
import { clearPacked, packClient, packOwnPlatform, packServer } from "./lib/pack.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";

await runParts("npm run pack", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ["programs", buildPrograms],
  ["package", () => buildPackage()],
  ["folder target/npm", clearPacked],
  ["xano-wasm", packClient],
  ["xano-realtime-server", packServer],
  ["program of this platform", packOwnPlatform],
]);

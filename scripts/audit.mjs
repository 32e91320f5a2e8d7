// npm run audit: whether something is known against the versions that we use. Apart from `npm run check`, as the answer
// comes from the network and changes without a change of ours.
import { auditCrates, auditNpmPackages } from "./lib/dependencies.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureCargoDeny, ensureRustToolchain } from "./lib/prerequisites.mjs";

await runParts("npm run audit", [
  ["Rust toolchain", ensureRustToolchain],
  ["cargo-deny", ensureCargoDeny],
  ["advisories on crates", auditCrates],
  ["advisories on npm packages", auditNpmPackages],
]);

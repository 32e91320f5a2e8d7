// npm run test:quick: the tests that a change could break, warm, within a minute.
import { programParts } from "./lib/build.mjs";
import { nodeTests } from "./lib/node-tests.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureChromium, ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";
import { cargo } from "./lib/run.mjs";

/** Without the server's own tests: they take longer to compile than all the rest. */
const PURE = ["--workspace", "--exclude", "xano-realtime-server", "--lib"];
const SESSION = ["lifecycle", "session", "session_properties"].flatMap((name) => ["--test", name]);
/**
 * This project's crates are compiled again after a change, so they are compiled quickly: the server without optimization, what
 * the property tests run with a little of it. The dependencies are those of `npm test`.
 */
const QUICKLY = [
  ["xano-realtime-server", 0],
  ["xano-realtime-hub", 1],
  ["xano-wasm", 1],
].flatMap(([crate, level]) => {
  const profile = `profile.release.package.${crate}`;
  return ["--config", `${profile}.opt-level=${level}`, "--config", `${profile}.incremental=true`];
});
/** It takes half a minute. */
const LONG = ["leak"];

await runParts("npm run test:quick", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  // The server keeps the demo that it has: nothing here looks at it.
  ...programParts(["--without-demo"], QUICKLY),
  ["pure Rust", () => cargo("test", "--release", ...QUICKLY, ...PURE, ...SESSION)],
  ["Node tests", () => nodeTests("tests/node", {}, { except: LONG })],
  ["Chromium", ensureChromium],
  ["one chat in Chromium", () => nodeTests("tests/e2e", {}, { only: ["chat"] })],
]);

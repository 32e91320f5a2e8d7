// npm run test:quick: the tests that a change could break, warm, within a minute.
import { programParts } from "./lib/build.mjs";
import { nodeTests } from "./lib/node-tests.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureChromium, ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";
import { cargo } from "./lib/run.mjs";

/** Without the server's own tests: they take longer to compile than all the rest. */
const PURE = ["--workspace", "--exclude", "xano-realtime-server", "--lib"];
const SESSION = ["lifecycle", "session", "session_properties"].flatMap((name) => ["--test", name]);
/** It takes half a minute. */
const LONG = ["leak"];

await runParts("npm run test:quick", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  // The server keeps the demo that it has: nothing here looks at it.
  ...programParts("--without-demo"),
  ["pure Rust", () => cargo("test", "--release", ...PURE, ...SESSION)],
  ["Node tests", () => nodeTests("tests/node", {}, { except: LONG })],
  ["Chromium", ensureChromium],
  ["one chat in Chromium", () => nodeTests("tests/e2e", {}, { only: ["chat"] })],
]);

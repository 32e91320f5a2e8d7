// npm run test:quick: the tests that a change could break, warm, within a minute.
import { programParts } from "./lib/build.mjs";
import { nodeTests } from "./lib/node-tests.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureChromium, ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";
import { cargo } from "./lib/run.mjs";

const PURE = ["lifecycle", "session", "session_properties"].flatMap((name) => ["--test", name]);
/** It takes half a minute. */
const LONG = ["leak"];

await runParts("npm run test:quick", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ...programParts(),
  ["pure Rust", () => cargo("test", "--release", "--workspace", "--lib", ...PURE)],
  ["Node tests", () => nodeTests("tests/node", {}, { except: LONG })],
  ["Chromium", ensureChromium],
  ["one chat in Chromium", () => nodeTests("tests/e2e", {}, { only: ["chat"] })],
]);

// npm test: builds, and runs every test that a change must not break.
import { programParts } from "./lib/build.mjs";
import { runParts } from "./lib/parts.mjs";
import {
  ensureCertutil,
  ensureChromium,
  ensureNodePackages,
  ensureRedis,
  ensureRustToolchain,
} from "./lib/prerequisites.mjs";
import { cargo } from "./lib/run.mjs";
import { nodeTests } from "./lib/node-tests.mjs";

await runParts("npm test", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ...programParts(),
  ["Redis", ensureRedis],
  ["native tests", () => cargo("test", "--release", "--workspace")],
  ["Node tests", () => nodeTests("tests/node")],
  ["doctor", () => nodeTests("tests/doctor")],
  ["parity with the original", () => nodeTests("tests/parity")],
  ["programs written for the original", () => nodeTests("tests/programs")],
  ["attacks on the server", () => nodeTests("tests/hostile")],
  ["short fault runs", () => nodeTests("tests/chaos")],
  ["several servers, short runs", () => nodeTests("tests/cluster")],
  ["Chromium", ensureChromium],
  ["end-to-end tests in Chromium", () => nodeTests("tests/e2e")],
  ["end-to-end tests over TLS", overTls],
]);

/** One part: where Chromium cannot be told to trust the server's certificate, its tests are not tried. */
async function overTls() {
  await ensureCertutil();
  await nodeTests("tests/tls");
}

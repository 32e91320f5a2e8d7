// npm run test:more: what takes long or needs more than Chromium.
import { buildLeptosChat, buildTypedPage, programParts } from "./lib/build.mjs";
import { packContainer } from "./lib/container.mjs";
import { nodeTests } from "./lib/node-tests.mjs";
import { packParts } from "./lib/pack.mjs";
import { runParts } from "./lib/parts.mjs";
import {
  ensureBuildah,
  ensureChromium,
  ensureDistributionPackages,
  ensureFirefox,
  ensureNodePackages,
  ensureRedis,
  ensureRuntimes,
  ensureRustToolchain,
  ensureWebKit,
} from "./lib/prerequisites.mjs";
import { cargo, cargoWithEnv } from "./lib/run.mjs";

/** The core scenarios: what depends on the engine. */
const CORE = "chat client handlers hostile-frames payloads presence sockets token".split(" ");
const TYPED = ["--package", "xano-wasm", "--features", "typed", "--target", "wasm32-unknown-unknown"];

await runParts("npm run test:more", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ...programParts(),
  ["Chromium", ensureChromium],
  [
    "core scenarios in Chromium, without WebAssembly",
    () => nodeTests("tests/e2e", { E2E_CLIENT: "plain" }, { only: CORE }),
  ],
  ["packaging", () => nodeTests("tests/packaging")],
  ["Deno, Bun, workerd, Node 22, Hermes", ensureRuntimes],
  ["the package in them", () => nodeTests("tests/runtimes")],
  ...packParts(),
  ["registry and test runners", ensureDistributionPackages],
  ["npm packages of the server", () => nodeTests("tests/distribution")],
  ["page of the typed API", buildTypedPage],
  ["Marvel chat in Rust", buildLeptosChat],
  ["typed API in Chromium", () => nodeTests("tests/typed", { LONG: "1" })],
  ["typed API, natively", () => cargo("test", "--release", "--package", "xano-wasm", "--features", "typed", "--lib")],
  ["examples of the typed API", () => cargo("test", "--release", "--doc", ...TYPED)],
  ["crates as crates.io has them", () => nodeTests("tests/crate")],
  ["fuzz targets, a minute each", fuzz],
  [
    "longer attacks on Realtime V2",
    () => nodeTests("tests/hostile", { LONG: "1" }, { only: ["v2-joins", "v2-handlers"] }),
  ],
  ["longer runs on Realtime V2", () => nodeTests("tests/realtime-v2", { LONG: "1" }, { only: ["cuts", "frames"] })],
  ["longer fault runs", () => nodeTests("tests/chaos", { LONG: "1" })],
  ["Redis", ensureRedis],
  ["native tests of the server, each on a Redis", serverOnRedis],
  ["several servers, full size", () => nodeTests("tests/cluster", { LONG: "1" })],
  ["end-to-end tests on several servers", () => nodeTests("tests/e2e", { XANO_CLUSTER: "1" })],
  ["fault runs on several servers", () => nodeTests("tests/chaos", { XANO_CLUSTER: "1" })],
  ["Firefox", () => inBrowser(ensureFirefox, "tests/browsers/firefox")],
  ["WebKitGTK", () => inBrowser(ensureWebKit, "tests/browsers/webkit")],
  ["container", container],
]);

function serverOnRedis() {
  return cargoWithEnv({ XANO_TEST_REDIS: "1" }, "test", "--release", "--workspace", "--test", "server");
}

/** Golden frames and settings, mutated. Both run at the same time. */
function fuzz() {
  return cargoWithEnv({ XANO_FUZZ_SECONDS: "60" }, "test", "--release", "--workspace", "--lib", "--", "fuzz");
}

/** One part: where the browser cannot be had, its tests are not tried. */
async function inBrowser(ensureBrowser, folder) {
  await ensureBrowser();
  await nodeTests(folder);
}

/** Without root in a user namespace: the files of the image and its processes belong to several users. */
async function container() {
  await ensureBuildah();
  await packContainer();
  await nodeTests("tests/container", {}, { through: process.getuid() === 0 ? [] : ["buildah", "unshare"] });
}

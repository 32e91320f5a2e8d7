// npm test: builds, and runs every test that a change must not break.
import { buildTypedPage, programParts } from "./lib/build.mjs";
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

/** What is about WebAssembly itself, or about no client at all. */
const NOT_ABOUT_THE_ENGINE = [
  ..."demo-handler help inline leak lib memory no-webassembly properties readme settings-draft vendored".split(" "),
  ..."workflows v2-channels v2-delivery v2-direct v2-document v2-frames v2-page v2-properties v2-service".split(" "),
];
/** What a service of V2 does, whether it is the model or the reference server. */
const V2_SERVICE = ["v2-channels", "v2-delivery", "v2-direct", "v2-service"];
/** Node's own `fetch` is WebAssembly. */
const OVER_HTTP = ["exports", "http", "other-origins", "tokens"];

await runParts("npm test", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ...programParts(),
  ["Redis", ensureRedis],
  ["native tests", () => cargo("test", "--release", "--workspace")],
  ["Node tests", () => nodeTests("tests/node")],
  [
    "tests of the V2 service on the reference server",
    () => nodeTests("tests/node", { XANO_V2_SERVER: "1" }, { only: V2_SERVICE }),
  ],
  [
    "Node tests of the client without WebAssembly",
    () => nodeTests("tests/node", { XANO_ENTRY: "js" }, { except: NOT_ABOUT_THE_ENGINE }),
  ],
  [
    "Node that has none (--jitless)",
    () =>
      nodeTests(
        "tests/node",
        { XANO_ENTRY: "js" },
        { except: [...NOT_ABOUT_THE_ENGINE, ...OVER_HTTP], flags: ["--jitless"] },
      ),
  ],
  ["doctor", () => nodeTests("tests/doctor")],
  ["parity with the original", () => nodeTests("tests/parity")],
  ["the same without WebAssembly, fewer programs", () => nodeTests("tests/parity", { XANO_ENTRY: "js", SEEDS: "200" })],
  ["programs written for the original", () => nodeTests("tests/programs")],
  ["Realtime V2 of the server", () => nodeTests("tests/realtime-v2")],
  ["attacks on the server", () => nodeTests("tests/hostile")],
  ["short fault runs", () => nodeTests("tests/chaos")],
  ["several servers, short runs", () => nodeTests("tests/cluster")],
  ["Chromium", ensureChromium],
  ["end-to-end tests in Chromium", () => nodeTests("tests/e2e")],
  ["page of the typed API", buildTypedPage],
  ["the three clients in one room", () => nodeTests("tests/typed", {}, { only: ["one-room"] })],
  ["end-to-end tests over TLS", overTls],
]);

/** One part: where Chromium cannot be told to trust the server's certificate, its tests are not tried. */
async function overTls() {
  await ensureCertutil();
  await nodeTests("tests/tls");
}

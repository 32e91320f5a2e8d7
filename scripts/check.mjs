// npm run check: everything that can be said about the code without running it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sizesOf } from "../xtask/check/sizes.mjs";
import { checkArchitecture } from "./lib/architecture/check.mjs";
import { packageParts } from "./lib/build.mjs";
import { checkCrates } from "./lib/dependencies.mjs";
import { checkNotices } from "./lib/notices.mjs";
import { runParts } from "./lib/parts.mjs";
import { ensureCargoDeny, ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";
import { checkProse } from "./lib/prose.mjs";
import { checkDropIn, checkPublished } from "./lib/published.mjs";
import { ensureZizmor, zizmor } from "./lib/python-tools.mjs";
import { cargo, cargoWithEnv, Failure, node, run } from "./lib/run.mjs";
import { root } from "./lib/workspace.mjs";

const WASM = ["--target", "wasm32-unknown-unknown"];
const NPM = ["--package", "xano-wasm", "--features", "npm", ...WASM];
const TYPED = ["--package", "xano-wasm", "--features", "typed", ...WASM];
const HUB = ["--package", "xano-realtime-hub", ...WASM];
const LEPTOS_CHAT = ["--manifest-path", "examples/leptos-chat/Cargo.toml"];

await runParts("npm run check", [
  ["npm packages", ensureNodePackages],
  ["Rust toolchain", ensureRustToolchain],
  ["Rust format", () => cargo("fmt", "--all", "--check")],
  ["Rust format of the example", () => cargo("fmt", ...LEPTOS_CHAT, "--check")],
  ...packageParts(),
  ["Rust lints", () => cargo("clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings")],
  ["Rust lints, WebAssembly", () => cargo("clippy", "--release", ...NPM, "--", "-D", "warnings")],
  [
    "Rust lints, typed API",
    () => cargo("clippy", "--release", ...TYPED, "--package", "typed-page", "--", "-D", "warnings"),
  ],
  ["Rust hub, WebAssembly", () => cargo("check", "--release", ...HUB)],
  ["Rust documentation", documentation],
  ["JavaScript format and lints", () => node("node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings")],
  ["picture of the modules, circles", checkArchitecture],
  ["vague words", checkProse],
  ["TypeScript types", () => node("node_modules/typescript/bin/tsc", "--project", ".")],
  ["types of the package's JavaScript", () => node("node_modules/typescript/bin/tsc", "--project", "pkg-template")],
  [
    "types of the doctor",
    () => node("node_modules/typescript/bin/tsc", "--project", "pkg-template/tsconfig.doctor.json"),
  ],
  ["types in the server's package", () => node("node_modules/typescript/bin/tsc", "--project", "server/npm")],
  ["code for the original, on both", checkDropIn],
  ["publint, Are the Types Wrong?", checkPublished],
  ["size budget", sizeBudget],
  ["third-party notices", checkNotices],
  ["cargo-deny", ensureCargoDeny],
  ["licences, bans and sources of crates", checkCrates],
  ["zizmor", ensureZizmor],
  ["workflows", () => run(zizmor, ["--offline", ".github/workflows"])],
]);

/** Of the typed API as docs.rs shows it. */
async function documentation() {
  const env = { RUSTDOCFLAGS: "-D warnings" };
  await cargoWithEnv(env, "doc", "--release", "--workspace", "--no-deps", "--document-private-items");
  await cargoWithEnv(env, "doc", "--release", ...TYPED, "--no-deps");
}

function sizeBudget() {
  const budget = JSON.parse(readFileSync(join(root, "bench/baseline.json"), "utf8"));
  const excesses = [];
  for (const { file, ...sizes } of sizesOf(join(root, "pkg"))) {
    for (const [encoding, limit] of Object.entries(budget[file] ?? {})) {
      const line = `${file}, ${encoding}: ${sizes[encoding]} of ${limit} bytes`;
      console.log(line);
      if (sizes[encoding] > limit) excesses.push(line);
    }
  }
  if (excesses.length > 0) throw new Failure(`over budget: ${excesses.join("; ")}`);
}

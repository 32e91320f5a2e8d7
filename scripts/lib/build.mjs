// What the tests and the commands need: the programs, the npm package, and pages that are written in Rust.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { cargo, run } from "./run.mjs";
import { releaseBinary, root, target } from "./workspace.mjs";

const WASM = ["--release", "--target", "wasm32-unknown-unknown"];
const BUILT = "wasm32-unknown-unknown/release";

/** One selection of packages for every command: another one would compile dependencies anew. */
const PROGRAMS = ["build", "--release", "--workspace"];

/** The parts for `runParts` that leave pkg/ and target/demo/. */
export function packageParts(options = [], cargoOptions = []) {
  return [
    ["build tools", () => cargo(...PROGRAMS, "--bin", "xtask", ...cargoOptions)],
    ["package", () => run(releaseBinary("xtask"), ["build", ...options])],
  ];
}

/** The same, and the programs: the server comes behind the package, because it includes the demo. */
export function programParts(options = [], cargoOptions = []) {
  return [
    ...packageParts(options, cargoOptions),
    ["programs (some minutes at the first time)", () => cargo(...PROGRAMS, "--bins", ...cargoOptions)],
  ];
}

/** target/typed-page: the typed API as tests/typed calls it. */
export async function buildTypedPage() {
  await cargo("build", ...WASM, "--package", "typed-page");
  await page(join(target, BUILT, "typed_page.wasm"), join(target, "typed-page"));
}

const leptosFolder = join(target, "leptos-chat");
/** The page of the Marvel chat in Rust, once it is built. */
export const leptosChat = join(leptosFolder, "site");

export async function buildLeptosChat() {
  const example = join(root, "examples/leptos-chat");
  const options = ["--manifest-path", join(example, "Cargo.toml"), "--target-dir", leptosFolder];
  await cargo("build", ...WASM, ...options);
  await page(join(leptosFolder, BUILT, "leptos-chat.wasm"), leptosChat);
  for (const file of ["index.html", "chat.css"]) copyFileSync(join(example, file), join(leptosChat, file));
  for (const file of ["base.css", "icon.svg"]) copyFileSync(join(root, "www", file), join(leptosChat, file));
}

function page(program, folder) {
  return run(releaseBinary("xtask"), ["page", program, folder]);
}

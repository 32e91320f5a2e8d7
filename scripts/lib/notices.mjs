// Whether THIRD-PARTY-NOTICES names everything that is in the package, under its licence.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, output } from "./run.mjs";
import { root } from "./workspace.mjs";

const NOTICES = "THIRD-PARTY-NOTICES";
const TREE = ["--target", "wasm32-unknown-unknown", "--edges", "normal,no-proc-macro", "--locked"];
const AS_LINES = ["--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"];
/** Ours; the licence of the package is theirs. */
const OUR_CRATES = ["xano-wasm", "xano-realtime-protocol"];

export function checkNotices() {
  const faults = [
    ...differences("Crates", cratesOf(["--package", "xano-wasm", "--features", "npm"])),
    ...differences("Crates of the Rust standard library", cratesOf(standardLibrary())),
    ...differences("Packages from npm", bundledPackages()),
  ];
  if (faults.length > 0) throw new Failure(`${NOTICES}: ${faults.join("; ")}`);
}

function differences(heading, actual) {
  const named = namedUnder(heading);
  const missing = actual.filter((work) => !named.includes(work)).map((work) => `"${work}" is missing`);
  const stale = named.filter((work) => !actual.includes(work)).map((work) => `"${work}" is not in the package`);
  return [...missing, ...stale];
}

/** "name  licence" of each line of a section. Columns are two or more spaces apart. */
function namedUnder(heading) {
  const text = readFileSync(join(root, NOTICES), "utf8");
  const section = text.split("\n\n\n").find((part) => part.startsWith(`${heading}\n`));
  if (!section) return [];
  return section
    .split("\n")
    .slice(2)
    .map((line) => line.split(/ {2,}/).slice(0, 2).join("  "));
}

function cratesOf(selection) {
  const tree = output("cargo", ["tree", ...selection, ...TREE, ...AS_LINES], { RUSTC_BOOTSTRAP: "1" });
  if (!tree) throw new Failure(`cargo tree ${selection.join(" ")} does not work`);
  const crates = tree.split("\n").map((line) => {
    const [crate, licence] = line.split("|");
    return { name: crate.split(" ")[0], licence };
  });
  const theirs = crates.filter(({ name }) => !OUR_CRATES.includes(name));
  return [...new Set(theirs.map(({ name, licence }) => `${name}  ${licence}`))];
}

function standardLibrary() {
  const manifest = join(output("rustc", ["--print", "sysroot"]), "lib/rustlib/src/rust/library/std/Cargo.toml");
  return ["--manifest-path", manifest, "--no-default-features"];
}

/** "name  licence" of each npm package among what the script is made of. */
function bundledPackages() {
  const { sources } = JSON.parse(readFileSync(join(root, "pkg/dist/xano.min.js.map"), "utf8"));
  const names = sources.map((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1]).filter(Boolean);
  return [...new Set(names)].map((name) => {
    const { license } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
    return `${name}  ${license}`;
  });
}

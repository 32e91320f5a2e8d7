// THIRD-PARTY-NOTICES of the server's program: every crate in it with the licence texts that it comes with.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure, output } from "./run.mjs";
import { root } from "./workspace.mjs";

const HEADING = `Third-party notices of xano-realtime-server

The program contains, as far as they are used, the works listed here. The licence of xano-realtime-server itself is in
LICENSE. Where a choice is offered, the work is used under the licence that is named first.`;
const RULE = "-".repeat(80);
const LICENCE_FILE = /^(licen[cs]e|copying|notice|copyright|unlicense)/i;

/** The text for the program that was built for this target of rustc. */
export function serverNotices(rustTarget) {
  const crates = cratesOf(rustTarget);
  const list = crates.map(({ name, version, license }) => `${name} ${version}  ${license}`).join("\n");
  const texts = licenceTexts(crates).map(({ text, names }) => titled([...names].join(", "), text));
  const pages = [
    section("lit-html, in the settings panel", "server/panel/vendor/LICENSE"),
    section("xano-wasm, in the demo", "THIRD-PARTY-NOTICES"),
  ];
  return `${[HEADING, list, ...texts, ...pages].join("\n\n")}\n`;
}

function section(title, file) {
  return titled(title, readFileSync(join(root, file), "utf8").trim());
}

function titled(title, text) {
  return `${RULE}\n${title}\n${RULE}\n\n${text}`;
}

/** Every crate that is linked in, save ours: procedural macros and build scripts are not. */
function cratesOf(rustTarget) {
  const selection = ["--package", "xano-realtime-server", "--target", rustTarget, "--edges", "normal,no-proc-macro"];
  const lines = read("tree", ...selection, "--prefix", "none", "--no-dedupe", "--format", "{p}").split("\n");
  const linked = new Set(lines.map((line) => line.split(" ", 2).join(" ").replace(" v", " ")));
  const { packages, workspace_members: ours } = JSON.parse(read("metadata", "--format-version", "1"));
  return packages
    .filter(({ id, name, version }) => linked.has(`${name} ${version}`) && !ours.includes(id))
    .sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}

/** Each text once, with the crates that it belongs to. */
function licenceTexts(crates) {
  const texts = new Map();
  for (const { name, manifest_path: manifest } of crates) {
    const folder = dirname(manifest);
    for (const file of readdirSync(folder).filter((file) => LICENCE_FILE.test(file))) {
      const text = readFileSync(join(folder, file), "utf8").trim();
      // Many crates have the same text with other line breaks.
      const words = text.replaceAll(/\s+/g, " ");
      const { names = new Set() } = texts.get(words) ?? {};
      texts.set(words, { text, names: names.add(name) });
    }
  }
  return [...texts.values()];
}

function read(command, ...args) {
  const text = output("cargo", [command, "--locked", ...args]);
  if (!text) throw new Failure(`cargo ${command} ${args.join(" ")} does not work`);
  return text;
}

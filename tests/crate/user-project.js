// Projects of users of the crate, with the crates as `cargo package` makes them in place of those of crates.io.

import { spawn } from "node:child_process";
import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROOT = here("../../");
const FOLDER = join(ROOT, "target/crate-users");
const CRATES = ["xano-realtime-protocol", "xano-wasm"];
const README = readFileSync(join(ROOT, "README-crate.md"), "utf8");

/** The blocks of the README in that language, of which there are so many. */
export function codeBlocks(language, count) {
  const blocks = README.split(`\`\`\`${language}\n`).slice(1);
  if (blocks.length !== count)
    throw new Error(`README-crate.md has ${blocks.length} blocks of ${language}, not ${count}`);
  return blocks.map((block) => block.slice(0, block.indexOf("\n```")));
}

/** The rows of the README's table: the pieces of code in either column. */
export function tableRows() {
  const rows = README.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [, javascript, rust] = row.split(/(?<!\\)\|/);
    const pieces = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code.replaceAll("\\|", "|"));
    return { javascript: pieces(javascript), rust: pieces(rust) };
  });
}

let packages;

/** A project of that name, with those dependencies and files in `src`; a `table.rs` is its library. */
export async function userProject(name, dependencies, files) {
  packages ??= packageCrates();
  const patches = Object.entries(await packages).map(
    ([crate, path]) => `${crate} = { path = ${JSON.stringify(path)} }`,
  );
  const folder = join(FOLDER, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "src"), { recursive: true });
  const library = "table.rs" in files ? '[lib]\nname = "table"\npath = "src/table.rs"\n' : "";
  const manifest = [
    `[package]\nname = "${name}"\nversion = "0.0.0"\nedition = "2024"\npublish = false`,
    library,
    dependencies,
    "[workspace]",
    `[patch.crates-io]\n${patches.join("\n")}`,
  ];
  await writeFile(join(folder, "Cargo.toml"), `${manifest.join("\n\n")}\n`);
  // The versions of the example: a new one on crates.io changes nothing here.
  await copyFile(join(ROOT, "examples/leptos-chat/Cargo.lock"), join(folder, "Cargo.lock"));
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, "src", file), text);
  return folder;
}

/** Runs Cargo in that folder. */
export async function cargo(folder, ...args) {
  const env = { ...process.env, CARGO_TARGET_DIR: join(FOLDER, "target") };
  const child = spawn("cargo", args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const [said, complaints, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve, reject) => child.on("exit", resolve).on("error", reject)),
  ]);
  return { code, said, complaints };
}

/** Packages the crates, and unpacks them; resolves with the folder of each. */
async function packageCrates() {
  const options = CRATES.flatMap((name) => ["--package", name]);
  const { code, complaints } = await cargo(ROOT, "package", "--locked", "--no-verify", "--allow-dirty", ...options);
  if (code !== 0) throw new Error(complaints);
  const packed = join(FOLDER, "target/package");
  const archives = (await readdir(packed)).filter((name) => name.endsWith(".crate"));
  const folders = {};
  for (const name of CRATES) {
    const archive = archives.find((file) => file.replace(/-\d+\.\d+\.\d+.*$/, "") === name);
    folders[name] = join(packed, archive.slice(0, -".crate".length));
    await rm(folders[name], { recursive: true, force: true });
    await unpack(join(packed, archive), packed);
  }
  return folders;
}

async function unpack(archive, folder) {
  // With the times of now: Cargo compiles again what is newer, and archives have times of their own.
  const child = spawn("tar", ["-xzmf", archive, "-C", folder], { stdio: "inherit" });
  const code = await new Promise((resolve, reject) => child.on("exit", resolve).on("error", reject));
  if (code !== 0) throw new Error(`tar: ${code}`);
}

async function text(stream) {
  let whole = "";
  for await (const piece of stream.setEncoding("utf8")) whole += piece;
  return whole;
}

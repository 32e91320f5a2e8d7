// Installs what the other commands need and is not there yet. Uses nothing but Node's own modules.
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Failure, npm, output, run } from "./run.mjs";
import { Unavailable } from "./parts.mjs";
import { root } from "./workspace.mjs";

export async function ensureNodePackages() {
  const installed = join(root, "node_modules/.package-lock.json");
  const wanted = join(root, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  console.log("installing npm packages");
  await npm("ci");
}

/** The toolchain that rust-toolchain.toml names. Rustup may have been told not to install it by itself. */
export async function ensureRustToolchain() {
  if (isToolchainComplete()) return;
  console.log("installing the Rust toolchain of rust-toolchain.toml");
  await run("rustup", ["toolchain", "install", "--no-self-update"], {
    missing: "rustup is missing: install it from https://rustup.rs",
  });
}

function isToolchainComplete() {
  const sysroot = output("rustc", ["--print", "sysroot"]);
  if (!sysroot) return false;
  const rustlib = join(sysroot, "lib/rustlib");
  return (
    existsSync(join(rustlib, "wasm32-unknown-unknown/lib")) &&
    existsSync(join(rustlib, "src/rust/library/std")) &&
    ["cargo", "cargo-clippy", "rustfmt"].every((name) => executable(join(sysroot, "bin"), name))
  );
}

/** Finds or installs a Chromium and tells the tests where it is. */
export async function ensureChromium() {
  process.env.CHROMIUM_PATH ||= findChromium() ?? (await installChromium());
  console.log(`Chromium: ${process.env.CHROMIUM_PATH}`);
}

function findChromium() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
  for (const folder of process.env.PATH.split(delimiter)) {
    for (const name of names) {
      const found = executable(folder, name);
      if (found) return found;
    }
  }
  return usualPlaces().find((path) => existsSync(path));
}

function usualPlaces() {
  if (process.platform === "darwin") {
    return ["Chromium", "Google Chrome"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  }
  if (process.platform === "win32") {
    const folders = [process.env.ProgramFiles, process.env["ProgramFiles(x86)"], process.env.LOCALAPPDATA];
    return folders.filter(Boolean).map((folder) => join(folder, "Google/Chrome/Application/chrome.exe"));
  }
  return [];
}

async function installChromium() {
  const mayInstall = existsSync("/etc/debian_version") && process.getuid?.() === 0;
  if (!mayInstall) {
    throw new Unavailable("no Chromium found: install Chromium or Chrome, or name one with CHROMIUM_PATH");
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { env });
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], { env });
  const found = findChromium();
  if (!found) throw new Failure("apt-get installed chromium, but it is not on PATH");
  return found;
}

function executable(folder, name) {
  const path = join(folder, process.platform === "win32" ? `${name}.exe` : name);
  return existsSync(path) ? path : undefined;
}

// Installs what the other commands need and is not there yet. Uses nothing but Node's own modules.
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cargo, Failure, npm, output, run } from "./run.mjs";
import { Unavailable } from "./parts.mjs";
import { programName, root, target } from "./workspace.mjs";

const CARGO_DENY_VERSION = "0.20.2";
const SOCKUDO_VERSION = "5.2.0";
/** Programs that are installed for the scripts alone. */
export const tools = join(target, "tools");
export const cargoDeny = join(tools, "bin", programName("cargo-deny"));
export const bun = join(root, "bench/node_modules/@oven/bun-linux-x64/bin/bun");
export const sockudo = join(tools, "bin", programName("sockudo"));

export function ensureNodePackages() {
  return installPackages(root);
}

/** What the benchmarks compare with; nothing else needs it. */
export function ensureBenchPackages() {
  return installPackages(join(root, "bench"), "--ignore-scripts");
}

/** The runtimes of tests/runtimes, as npm packages with programs. */
export function ensureRuntimes() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Unavailable("the runtimes are tried on Linux with x64 alone");
  }
  return installPackages(join(root, "tests/runtimes"), "--ignore-scripts");
}

/** The registry and the test runners that the packed packages are tried with, in target/distribution. */
export async function ensureDistributionPackages() {
  const folder = join(target, "distribution");
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) {
    const [from, to] = [join(root, "tests/distribution", name), join(folder, name)];
    // A copy would be newer than what is installed.
    if (!existsSync(to) || readFileSync(from, "utf8") !== readFileSync(to, "utf8")) copyFileSync(from, to);
  }
  await installPackages(folder, "--ignore-scripts");
}

async function installPackages(folder, ...options) {
  const installed = join(folder, "node_modules/.package-lock.json");
  const wanted = join(folder, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  console.log("installing npm packages");
  await npm("ci", "--prefix", folder, ...options);
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

/** The standard library for a target that rust-toolchain.toml does not name. */
export async function ensureRustTarget(triple) {
  const sysroot = output("rustc", ["--print", "sysroot"]);
  if (existsSync(join(sysroot, "lib/rustlib", triple, "lib"))) return;
  console.log(`installing Rust's standard library for ${triple}`);
  await run("rustup", ["target", "add", triple]);
}

/** Finds or installs buildah, which builds and runs container images without a service. */
export async function ensureBuildah() {
  const missing = "no buildah found: install the package of that name; it exists on Linux alone";
  console.log(`buildah: ${await findOrInstall(() => onPath("buildah"), ["buildah"], { missing })}`);
}

/** Finds or installs what runs Linux programs for 64-bit ARM, programs that are linked with glibc among them. */
export async function ensureArm64Emulator() {
  const missing = "no emulator of 64-bit ARM found: install the packages qemu-user-static and libc6-arm64-cross";
  const find = () => existsSync("/usr/aarch64-linux-gnu/lib/libc.so.6") && onPath("qemu-aarch64-static");
  console.log(`qemu: ${await findOrInstall(find, ["qemu-user-static", "libc6-arm64-cross"], { missing })}`);
}

/** Of crates.io, into target/tools: only `npm run check` and `npm run audit` need it. */
export async function ensureCargoDeny() {
  const installed = output(cargoDeny, ["--version"]);
  if (installed === `cargo-deny ${CARGO_DENY_VERSION}`) return;
  console.log("installing cargo-deny from crates.io; it takes some minutes, once");
  await cargo("install", "cargo-deny", "--version", CARGO_DENY_VERSION, "--root", tools);
}

/** Finds or installs a Chromium and tells the tests where it is. */
export async function ensureChromium() {
  process.env.CHROMIUM_PATH ||= await findOrInstall(findChromium, ["chromium"], {
    missing: "no Chromium found: install Chromium or Chrome, or name one with CHROMIUM_PATH",
  });
  console.log(`Chromium: ${process.env.CHROMIUM_PATH}`);
}

/** Finds or installs the program that has Chromium trust a certificate. */
export async function ensureCertutil() {
  if (process.platform !== "linux") throw new Unavailable("Chromium is told whom to trust by certutil on Linux alone");
  const missing = "no certutil found: install the tools of NSS (libnss3-tools, nss-tools or nss)";
  console.log(`certutil: ${await findOrInstall(() => onPath("certutil"), ["libnss3-tools"], { missing })}`);
}

/** Finds or installs a Firefox and tells the tests where it is. */
export async function ensureFirefox() {
  process.env.FIREFOX_PATH ||= await findOrInstall(findFirefox, ["firefox-esr"], {
    missing: "no Firefox found: install one, or name one with FIREFOX_PATH",
  });
  console.log(`Firefox: ${process.env.FIREFOX_PATH}`);
}

/** Finds or installs WebKitGTK's MiniBrowser with what drives it and a screen for it. The tests, too, use PATH. */
export async function ensureWebKit() {
  const find = () => onPath("Xvfb") && onPath("WebKitWebDriver");
  const driver = await findOrInstall(find, ["webkit2gtk-driver", "xvfb"], {
    missing: "no WebKitGTK found: WebKitWebDriver and Xvfb have to be on PATH",
  });
  console.log(`WebKitGTK: ${driver}`);
}

/** Finds or installs Redis: servers that share their channels are tested on it. */
export async function ensureRedis() {
  const missing = "no redis-server found: install Redis, version 6.2 or newer; its program has to be on PATH";
  console.log(`Redis: ${await findOrInstall(() => onPath("redis-server"), ["redis-server"], { missing })}`);
}

/** Finds or installs nginx with the module nchan. */
export async function ensureNchan() {
  const find = () => onPath("nginx") && nchanModule();
  console.log(
    `nchan: ${await findOrInstall(find, ["nginx-light", "libnginx-mod-nchan"], {
      missing: "no nginx with nchan found: install the packages nginx and libnginx-mod-nchan",
    })}`,
  );
}

/** Where distributions put it. */
export function nchanModule() {
  const folders = ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/libexec/nginx"];
  return folders.map((folder) => join(folder, "ngx_nchan_module.so")).find((path) => existsSync(path));
}

/** Finds or installs Mosquitto, a broker of MQTT. */
export async function ensureMosquitto() {
  const find = () => onPath("mosquitto") ?? executable("/usr/sbin", "mosquitto");
  const missing = "no mosquitto found: install the package of that name";
  console.log(`mosquitto: ${await findOrInstall(find, ["mosquitto"], { missing })}`);
}

/** Finds or installs NATS. */
export async function ensureNats() {
  const find = () => onPath("nats-server") ?? executable("/usr/sbin", "nats-server");
  const missing = "no nats-server found: install NATS; its program has to be on PATH";
  console.log(`NATS: ${await findOrInstall(find, ["nats-server"], { missing })}`);
}

/** Finds Bun, which is among the npm packages of the benchmarks where its system is this one. */
export function ensureBun() {
  if (!existsSync(bun)) throw new Unavailable("the npm packages of the benchmarks have Bun for Linux on x64 alone");
  console.log(`Bun: ${bun}`);
}

/** Of crates.io, into target/tools. It takes long: only `npm run bench -- --all` compares with it. */
export async function ensureSockudo() {
  if (existsSync(sockudo)) return;
  await findOrInstall(() => onPath("protoc"), ["protobuf-compiler", "libprotobuf-dev"], {
    missing: "sockudo is built with protoc: not found",
  });
  console.log("installing sockudo from crates.io; it takes many minutes, once");
  const options = ["--version", SOCKUDO_VERSION, "--no-default-features", "--features", "local"];
  try {
    await cargo("install", "sockudo", ...options, "--root", tools);
  } catch (error) {
    throw new Unavailable(`sockudo does not build here: ${error.message}`);
  }
}

function findChromium() {
  return (
    onPath("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome") ??
    usualPlace(["Chromium", "Google Chrome"], "Google/Chrome/Application/chrome.exe")
  );
}

function findFirefox() {
  return onPath("firefox-esr", "firefox") ?? usualPlace(["Firefox"], "Mozilla Firefox/firefox.exe");
}

export function onPath(...names) {
  for (const folder of process.env.PATH.split(delimiter)) {
    for (const name of names) {
      const found = executable(folder, name);
      if (found) return found;
    }
  }
}

/** Where the installers of macOS and Windows put a browser. */
function usualPlace(macNames, windowsProgram) {
  return usualPlaces(macNames, windowsProgram).find((path) => existsSync(path));
}

function usualPlaces(macNames, windowsProgram) {
  if (process.platform === "darwin") {
    return macNames.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  }
  if (process.platform === "win32") {
    const folders = [process.env.ProgramFiles, process.env["ProgramFiles(x86)"], process.env.LOCALAPPDATA];
    return folders.filter(Boolean).map((folder) => join(folder, windowsProgram));
  }
  return [];
}

/** On Debian as root through apt. */
export async function findOrInstall(find, packages, { missing }) {
  const found = find();
  if (found) return found;
  const mayInstall = existsSync("/etc/debian_version") && process.getuid?.() === 0;
  if (!mayInstall) throw new Unavailable(missing);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { env });
  await run("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], { env });
  const installed = find();
  if (!installed) throw new Failure(`apt-get installed ${packages.join(" and ")}, but they are not on PATH`);
  return installed;
}

function executable(folder, name) {
  const path = join(folder, process.platform === "win32" ? `${name}.exe` : name);
  return existsSync(path) ? path : undefined;
}

// Runs other programs from the root of the checkout, with their output going straight to the terminal.
import { spawn, spawnSync } from "node:child_process";
import { root } from "./workspace.mjs";

/** An error that is shown without a stack trace: its text tells the user what to do. */
export class Failure extends Error {}

/** Resolves when the program exits with 0. */
export async function run(command, args, { env, missing } = {}) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
    child.on("error", (error) => reject(error.code === "ENOENT" && missing ? new Failure(missing) : error));
  });
  if (code !== 0) throw new Failure(`${[command, ...args].join(" ")}: ${signal ?? `exit status ${code}`}`);
}

export function cargo(...args) {
  return cargoWithEnv({}, ...args);
}

/** Whatever Cargo resolves, it takes the versions of the lock file, or fails. `fmt` alone resolves nothing. */
export function cargoWithEnv(env, command, ...args) {
  const locked = command === "fmt" ? [] : ["--locked"];
  const missing = "Cargo is missing: install Rust from https://rustup.rs";
  return run("cargo", [command, ...locked, ...args], { env, missing });
}

export function node(...args) {
  return run(process.execPath, args);
}

/** npm is a script: started through Node, it needs no shell on Windows. */
export function npm(...args) {
  return node(npmScript(), ...args);
}

/** What a program prints, or undefined when it is missing or fails. */
export function output(command, args, env) {
  const { status, stdout } = capture(command, args, env);
  return status === 0 ? stdout.trim() : undefined;
}

/** What npm prints, whether it fails or not. */
export function npmOutput(...args) {
  return capture(process.execPath, [npmScript(), ...args]).stdout;
}

function capture(command, args, env) {
  const options = { cwd: root, encoding: "utf8", maxBuffer: Number.POSITIVE_INFINITY };
  return spawnSync(command, args, { ...options, env: { ...process.env, ...env } });
}

function npmScript() {
  const script = process.env.npm_execpath;
  if (!script) throw new Failure("start this with npm, for example `npm test`");
  return script;
}

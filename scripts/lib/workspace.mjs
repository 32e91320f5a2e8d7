// Where things lie, the same for every script.
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Cargo's output, and what the scripts keep from run to run. */
export const target = process.env.CARGO_TARGET_DIR ? resolve(process.env.CARGO_TARGET_DIR) : join(root, "target");

/** A program that Cargo built with the release profile. */
export function releaseBinary(name) {
  return join(target, "release", programName(name));
}

export function programName(name) {
  return process.platform === "win32" ? `${name}.exe` : name;
}

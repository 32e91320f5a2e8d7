// The server's program: the name of its package on this platform, and its path.
"use strict";

const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");

const MAIN = "xano-realtime-server";

/** Returns the name of the package with the program for this platform, whether such a package exists or not. */
function packageName() {
  const libc = process.platform === "linux" && isMusl() ? "-musl" : "";
  return `${MAIN}-${process.platform}-${process.arch}${libc}`;
}

/**
 * Returns the file name of the program on an operating system.
 *
 * @param {string} platform a value of `process.platform`
 */
function programName(platform) {
  return platform === "win32" ? `${MAIN}.exe` : MAIN;
}

/**
 * Returns the path of the server's program: `XANO_SERVER_BINARY`, or the program in the platform package.
 *
 * Throws an error that says what is missing and what to do.
 */
function findBinary() {
  const chosen = process.env.XANO_SERVER_BINARY;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`XANO_SERVER_BINARY is ${chosen}, and there is no such file.`);
  }
  const name = packageName();
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), programName(process.platform));
  } catch {
    throw new Error(withoutPackage(name));
  }
}

/** @param {string} name */
function withoutPackage(name) {
  /** @type {{ version: string, optionalDependencies?: Record<string, string> }} */
  const { version, optionalDependencies = {} } = require("../package.json");
  if (!(name in optionalDependencies)) {
    return (
      `${MAIN} has no program for this platform (${name} would be its package): ` +
      "build the server with Rust, and name the program in the variable XANO_SERVER_BINARY."
    );
  }
  return (
    `The package ${name} with the program for this platform is not installed: run \`npm install ${MAIN}@${version}\` ` +
    "without --omit=optional; if a lock file from another system leaves it out, remove node_modules and the lock file first."
  );
}

/** Returns whether Node is linked with musl, as on Alpine. Its report then names no version of glibc. */
function isMusl() {
  const report = /** @type {any} */ (process.report);
  // Otherwise the report may wait for the resolution of network addresses.
  report.excludeNetwork = true;
  return !report.getReport().header.glibcVersionRuntime;
}

module.exports = { findBinary, packageName, programName };

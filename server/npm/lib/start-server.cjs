// A server for tests and scripts, in a separate process.
"use strict";

const { spawn } = require("node:child_process");
const { randomBytes } = require("node:crypto");
const { once } = require("node:events");
const { createInterface } = require("node:readline");
const { findBinary } = require("./binary.cjs");
const { Server } = require("./server.cjs");
const { keepAlive, withExitFlag } = require("./stop.cjs");

/** @typedef {import("node:child_process").ChildProcessWithoutNullStreams} Child */

/** The flags that `startServer` sets itself. */
const OWN_FLAGS = ["--secret-file", "--admin-token-file"];

/** @type {typeof import("../index.js").startServer} */
async function startServer({ settings, args = [] } = {}) {
  const own = OWN_FLAGS.find((flag) => hasFlag(args, flag));
  if (own) throw new TypeError(`startServer makes the key and the admin token itself: leave out ${own}`);
  const secret = randomBytes(32).toString("hex");
  const adminToken = randomBytes(32).toString("hex");
  const child = spawn(findBinary(), withExitFlag(argumentsFor(settings, args)), {
    env: { ...withoutServerVariables(process.env), XANO_SECRET: secret, XANO_ADMIN_TOKEN: adminToken },
    stdio: "pipe",
    windowsHide: true,
  });
  const log = logOf(child);
  const url = await listening(child, log);
  const server = new Server({ child, log, url, secret, adminToken });
  try {
    await server.prepare(typeof settings === "object" ? settings : undefined);
  } catch (error) {
    await server.stop();
    throw error;
  }
  keepAlive(child, false);
  return server;
}

/**
 * @param {import("../index.js").StartServerOptions["settings"]} settings
 * @param {readonly string[]} args
 */
function argumentsFor(settings, args) {
  const listen = hasFlag(args, "--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const config = typeof settings === "string" ? ["--config", settings] : [];
  return [...listen, ...config, ...args];
}

/**
 * @param {readonly string[]} args
 * @param {string} flag
 */
function hasFlag(args, flag) {
  return args.some((argument) => argument === flag || argument.startsWith(`${flag}=`));
}

/**
 * Removes the server's variables, so that a test gives the same result in every terminal.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function withoutServerVariables(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("XANO_")));
}

/**
 * Collects what the server writes to standard error.
 *
 * @param {Child} child
 */
function logOf(child) {
  const log = { text: "" };
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log.text = (log.text + text).slice(-LOG_LENGTH);
  });
  return log;
}

/**
 * Resolves to the URL that the server prints. Rejects with the server's error message if it ends earlier.
 *
 * @param {Child} child
 * @param {{ text: string }} log
 */
async function listening(child, log) {
  const lines = createInterface({ input: child.stdout });
  /** @type {Promise<string>} */
  const started = new Promise((resolve) => {
    lines.on("line", (line) => {
      const url = /^listening on (\S+)$/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
  const ended = once(child, "close").then(
    ([code, signal]) => {
      throw new Error(
        `xano-realtime-server ended (${signal ?? `exit status ${code}`}) before it listened: ${log.text.trim()}`,
      );
    },
    (error) => {
      throw new Error(`${child.spawnfile} cannot be started: ${error.message}`);
    },
  );
  return Promise.race([started, ended]);
}

const LOG_LENGTH = 65_536;

module.exports = { startServer };

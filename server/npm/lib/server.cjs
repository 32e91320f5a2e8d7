// A running server, as `startServer` returns it. The types in index.d.ts document it.
"use strict";

const { once } = require("node:events");
const { request } = require("./request.cjs");
const { keepAlive, stop } = require("./stop.cjs");
const { signToken } = require("./token.cjs");

/** @typedef {import("../index.js").RealtimeServer} RealtimeServer */

/** The server has one workspace and accepts every id. */
const ADMIN = "/api:meta/workspace/1/realtime";

/** @implements {RealtimeServer} */
class Server {
  #child;
  #log;
  #secret;
  #hash = "";

  /**
   * @param {{ child: import("node:child_process").ChildProcessWithoutNullStreams, log: { text: string }, url: string,
   *   secret: string, adminToken: string }} started
   */
  constructor({ child, log, url, secret, adminToken }) {
    this.#child = child;
    this.#log = log;
    this.#secret = secret;
    this.url = url;
    this.adminToken = adminToken;
    // Closing the pipe to a server that has just ended is not an error.
    child.stdin.on("error", () => {});
  }

  /**
   * Puts the given settings in force, if there are any, and reads the connection hash.
   *
   * @param {import("../index.js").RealtimeSettings} [settings]
   */
  async prepare(settings) {
    const { hash } = settings ? await this.#ask("PUT", ADMIN, settings) : await this.#ask("GET", ADMIN);
    this.#hash = hash;
  }

  get hash() {
    return this.#hash;
  }

  get socketUrl() {
    return `${this.url.replace(/^http/, "ws")}/rt/${this.#hash}`;
  }

  get clientSettings() {
    return { instanceBaseUrl: this.url, realtimeConnectionHash: this.#hash };
  }

  get log() {
    return this.#log.text;
  }

  /** @param {import("../index.js").TokenUser} user */
  signToken(user) {
    return signToken(this.#secret, user);
  }

  /**
   * @param {string} channel
   * @param {unknown} data
   */
  async event(channel, data) {
    return this.#ask("POST", `${ADMIN}/event`, { channel, data });
  }

  async stop() {
    if (this.#hasEnded()) return;
    const ended = once(this.#child, "close");
    keepAlive(this.#child, true);
    stop(this.#child);
    await ended;
  }

  [Symbol.asyncDispose]() {
    return this.stop();
  }

  #hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async #ask(method, path, body) {
    const { status, text } = await this.#answer(method, path, body);
    if (status === 200) return JSON.parse(text);
    throw new Error(`xano-realtime-server refused ${method} ${path} with ${status}: ${messageOf(text)}`);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   */
  async #answer(method, path, body) {
    try {
      return await request(this.url + path, { method, token: this.adminToken, body });
    } catch (error) {
      if (!this.#hasEnded()) throw error;
      throw new Error(`xano-realtime-server has ended: ${this.log.trim() || "it was stopped"}`);
    }
  }
}

/**
 * Returns the error message of a refusal, or its whole text.
 *
 * @param {string} text
 */
function messageOf(text) {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text;
  }
}

module.exports = { Server };

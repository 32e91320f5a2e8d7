// A running server, as `startServer` gives it to a test. The types in index.d.ts document it.
"use strict";

const { once } = require("node:events");
const { request } = require("./request.cjs");
const { stop } = require("./stop.cjs");
const { signToken } = require("./token.cjs");

/** The server has one workspace, and answers to every id. */
const ADMIN = "/api:meta/workspace/1/realtime";

class Server {
  #child;
  #log;
  #secret;
  #hash;

  constructor({ child, log, url, secret, adminToken }) {
    this.#child = child;
    this.#log = log;
    this.#secret = secret;
    this.url = url;
    this.adminToken = adminToken;
    // Closing the pipe to a server that has just ended is no fault.
    child.stdin.on("error", () => {});
  }

  /** Puts the settings in force where some are given, and learns the connection hash. */
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

  signToken(user) {
    return signToken(this.#secret, user);
  }

  async event(channel, data) {
    return this.#ask("POST", `${ADMIN}/event`, { channel, data });
  }

  async stop() {
    if (this.#hasEnded()) return;
    const ended = once(this.#child, "close");
    // The caller waits for it.
    for (const handle of [this.#child, ...this.#child.stdio]) handle.ref?.();
    stop(this.#child);
    await ended;
  }

  [Symbol.asyncDispose]() {
    return this.stop();
  }

  #hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #ask(method, path, body) {
    const { status, text } = await this.#answer(method, path, body);
    if (status === 200) return JSON.parse(text);
    throw new Error(`xano-realtime-server refused ${method} ${path} with ${status}: ${messageOf(text)}`);
  }

  async #answer(method, path, body) {
    try {
      return await request(this.url + path, { method, token: this.adminToken, body });
    } catch (error) {
      if (!this.#hasEnded()) throw error;
      throw new Error(`xano-realtime-server has ended: ${this.log.trim() || "it was stopped"}`);
    }
  }
}

/** The message of an answer that refuses, or all of it. */
function messageOf(text) {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text;
  }
}

module.exports = { Server };

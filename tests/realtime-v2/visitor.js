// A bare WebSocket client of the real server's Realtime V2.

import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import WebSocket from "ws";
import { BareClient } from "../support/v2/stage.js";

const NOT_READY = "Connection is not ready";
const PAUSE_MS = 10;
const DEADLINE_MS = 60_000;

export class Visitor extends BareClient {
  /**
   * Opens a socket. It is not ready yet.
   *
   * @param {{v2Url(address: string): string}} server
   * @param {string} address canonical, or `tenant:canonical`
   * @param {string} [token]
   */
  static async knock(server, address, token) {
    const visitor = new Visitor(new WebSocket(server.v2Url(address), token));
    await once(visitor.socket, "open");
    return visitor;
  }

  /** Resolves when the socket is ready, with nothing; when it is refused, with the reason. Pings as a client does. */
  async refusal() {
    for (;;) {
      this.say({ action: "ping" });
      const { action, payload } = await this.hears("pong", "error");
      if (action === "pong") return undefined;
      if (payload.message !== NOT_READY) return payload.message;
      await wait(PAUSE_MS);
    }
  }

  /** Resolves with the next frame that has one of these actions. The frames before it are dropped. */
  async hears(...actions) {
    return (await this.until(({ action }) => actions.includes(action), actions)).at(-1);
  }

  /** Resolves with the next frame that is meant, after the frames before it. */
  async until(isMeant, description) {
    const frames = [];
    do frames.push(await this.#next(description));
    while (!isMeant(frames.at(-1)));
    return frames;
  }

  /** Joins; resolves with the answer. */
  async joins(channel, clientId) {
    this.join(channel, clientId);
    return this.hears("join", "error");
  }

  end() {
    this.socket.terminate();
  }

  async #next(description) {
    if (this.frames.length > 0) return this.frames.shift();
    const late = new AbortController();
    try {
      return await Promise.race([
        this.next(),
        this.closed.then(({ code }) => fail(`closed with ${code} without ${description}`)),
        wait(DEADLINE_MS, undefined, { signal: late.signal }).then(() =>
          fail(`no ${description} in ${DEADLINE_MS} ms`),
        ),
      ]);
    } finally {
      late.abort();
    }
  }
}

function fail(why) {
  throw new Error(why);
}

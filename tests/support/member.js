// A client in Node, on plain frames: joins a channel, sends, and waits for what it is told.

import { on, once } from "node:events";
import WebSocket from "ws";

const DEADLINE_MS = 30_000;

export class Member {
  #socket;
  #channel;
  #frames;

  /** Joins; the test ends its connection. */
  static async join(t, server, channel) {
    const socket = new WebSocket(server.socketUrl);
    t.after(() => socket.terminate());
    const member = new Member(socket, channel);
    await once(socket, "open");
    member.#send("join", {});
    await member.hears("join");
    return member;
  }

  constructor(socket, channel) {
    this.#socket = socket;
    this.#channel = channel;
    this.#frames = on(socket, "message", { signal: AbortSignal.timeout(DEADLINE_MS) });
    /** Resolves to the close code. */
    this.closed = new Promise((resolve) => socket.once("close", resolve));
  }

  message(payload) {
    this.#send("message", payload);
  }

  /** The payload of the next frame with that action; those before it are let go. */
  async hears(action) {
    for (;;) {
      const { value } = await this.#frames.next();
      const frame = JSON.parse(value[0]);
      if (frame.action === action) return frame.payload;
    }
  }

  async leave() {
    this.#socket.close();
    await this.closed;
  }

  #send(action, payload) {
    this.#socket.send(JSON.stringify({ action, options: { channel: this.#channel }, payload }));
  }
}

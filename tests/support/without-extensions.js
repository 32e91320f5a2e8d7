// The real server as if it had no extensions, as Xano's own: a relay takes out what they add to its frames.

import { once } from "node:events";
import WebSocket, { WebSocketServer } from "ws";
import { Served, SingleServer } from "./single-server.js";

/** @param {object} options those of `startServer` */
export async function startWithoutExtensions(options) {
  const relay = new Relay(options);
  await relay.start();
  return relay;
}

class Relay extends Served {
  #server;
  /** Frames of clients that use an extension which nothing has announced. */
  extended = [];

  constructor(options) {
    super(options);
    /** The server itself, with its extensions. */
    this.target = new SingleServer(options);
  }

  async start() {
    await this.target.start();
    this.#server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
    this.#server.on("connection", (near, { url }) => this.#join(near, url));
    await once(this.#server, "listening");
    this.port = this.#server.address().port;
  }

  async dispose() {
    for (const near of this.#server.clients) near.terminate();
    this.#server.close();
    await this.target.dispose();
  }

  #join(near, url) {
    const far = new WebSocket(`${this.target.url.replace("http", "ws")}${url}`, { perMessageDeflate: false });
    const early = [];
    near.on("message", (data) => {
      const text = String(data);
      if (usesExtension(JSON.parse(text))) this.extended.push(text);
      if (far.readyState === WebSocket.CONNECTING) early.push(text);
      else far.send(text);
    });
    far.on("open", () => {
      for (const text of early) far.send(text);
    });
    far.on("message", (data) => near.send(JSON.stringify(plain(JSON.parse(String(data))))));
    // A socket that is cut off at one end is gone at the other.
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      one.on("error", () => {});
      one.on("close", () => other.terminate());
    }
  }
}

function usesExtension({ action, options, payload }) {
  return action === "ping" || options?.key !== undefined || (action === "join" && payload?.since !== undefined);
}

/** The frame without announcements and ids. */
function plain(frame) {
  delete frame.options.id;
  if (frame.action === "join") delete frame.payload.ext;
  if (frame.action === "history") frame.payload.history.forEach(plain);
  return frame;
}

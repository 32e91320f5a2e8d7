// A server without extensions whose words the test chooses: it acknowledges joins, and says nothing else by itself.

import { WebSocketServer } from "ws";

export class ScriptedServer {
  #server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  #waiting = [];
  /** The frames that came over the present connection and that no `next` has taken. */
  frames = [];

  static async start(t) {
    const server = new ScriptedServer();
    t.after(() => server.#close());
    await new Promise((resolve) => server.#server.once("listening", resolve));
    return server;
  }

  constructor() {
    this.#server.on("connection", (socket) => {
      this.socket = socket;
      this.frames = [];
      socket.on("message", (text) => this.#receive(JSON.parse(String(text))));
    });
  }

  get port() {
    return this.#server.address().port;
  }

  /** Resolves with the next frame of that kind. */
  async next(action) {
    for (;;) {
      const index = this.frames.findIndex((frame) => frame.action === action);
      if (index >= 0) return this.frames.splice(index, 1)[0];
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Sends frames over the present connection. */
  tell(...frames) {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  /** Ends the present connection. */
  cut() {
    this.socket.terminate();
  }

  #receive(frame) {
    this.frames.push(frame);
    if (frame.action === "join") this.tell({ action: "join", client: null, options: frame.options, payload: {} });
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #close() {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}

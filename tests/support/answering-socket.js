// A WebSocket without a network that opens by itself, with a server that answers as a workspace would.

import { FakeSocket } from "./node-page.js";

const person = (name, row) => ({ socketId: name, extras: { name }, permissions: { dbo_id: 1, row_id: row } });
const [jill, jack] = [person("jill", 1), person("jack", 2)];

export class AnsweringSocket extends FakeSocket {
  answer = (frame) => queueMicrotask(() => this.#respond(frame));

  constructor(...args) {
    super(...args);
    queueMicrotask(() => this.open());
  }

  #respond({ action, options, payload }) {
    const reply = (of, content, client = null) => this.deliver({ action: of, client, options, payload: content });
    if (action === "ping") this.deliver({ action: "pong" });
    if (action === "join") {
      reply("join", {});
      if (payload.presence) {
        reply("presence_full", { presence: [jill] });
        reply("presence_update", { action: "join", presence: jack });
      }
      reply("event", { data: "an event", dbo_id: 0, row_id: 0 });
    }
    if (action === "message" && !options.socketId) reply("message", payload, jill);
    if (action === "history" || payload?.history) {
      reply("history", { history: [{ action: "message", client: jill, options, payload: "kept" }] });
    }
  }
}

globalThis.WebSocket = AnsweringSocket;

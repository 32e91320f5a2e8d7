// What the tests of the V2 service share: the service behind real sockets in virtual time, and bare WebSocket clients.
// With XANO_V2_SERVER the service is the reference server.

import { once } from "node:events";
import WebSocket from "ws";
import { Clock } from "../clock.js";
import { startV2Service } from "../v2-service.js";
import { ADDRESS, SECRET, settings } from "./rooms.js";
import { MODEL_ONLY, serverStage } from "./server-stage.js";

export { MODEL_ONLY };

/** Starts a service for one test. `changes` are fields of its server. */
export async function stage(t, changes) {
  if (MODEL_ONLY) return serverStage(t, changes, BareClient);
  const clock = new Clock();
  const host = await startV2Service({ settings: settings(changes), clock, secret: SECRET });
  t.after(() => host.close());
  const { service } = host;

  /** Opens a socket, on which the service is not ready yet. */
  async function knock({ address = ADDRESS, token } = {}) {
    const client = new BareClient(new WebSocket(host.socketUrl(address), token));
    await once(client.socket, "open");
    client.connection = service.connections.at(-1);
    return client;
  }

  /** Opens a socket that is ready, and joins these channels. */
  async function arrive({ join = [], ...options } = {}) {
    const client = await knock(options);
    await clock.advance(0);
    for (const channel of join) client.join(channel);
    await client.answers();
    return client;
  }

  return { ...host, clock, knock, arrive };
}

/** A client that is a WebSocket and nothing else. */
export class BareClient {
  frames = [];
  #awaited = () => {};

  constructor(socket) {
    this.socket = socket;
    socket.on("message", (data) => {
      this.frames.push(parsed(String(data)));
      this.#awaited();
    });
    /** Resolves with the close code and the reason. */
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  say(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  join(channel, clientId) {
    this.say({ action: "join", options: { channel, ...(clientId && { client_id: clientId }) } });
  }

  broadcast(channel, payload, type = "send") {
    this.say({ action: "broadcast", channel, type, payload });
  }

  direct(channel, to, payload) {
    this.say({ action: "broadcast", type: "send", options: { channel, to }, payload });
  }

  ack(channel, id, clientId) {
    this.say({ action: "ack", options: { channel, id, ...(clientId && { client_id: clientId }) } });
  }

  /** Resolves with the next frame. */
  async next() {
    while (this.frames.length === 0) {
      await new Promise((resolve) => {
        this.#awaited = resolve;
      });
    }
    return this.frames.shift();
  }

  /** Resolves with everything that came before the answer to a ping. The service handles frames in order. */
  async answers() {
    this.say({ action: "ping" });
    const frames = [];
    for (let frame = await this.next(); frame.action !== "pong"; frame = await this.next()) frames.push(frame);
    return frames;
  }

  /** Resolves with the answers that have one of these actions. */
  async answersOf(...actions) {
    return (await this.answers()).filter(({ action }) => actions.includes(action));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// A page in Node whose sockets lead to the model of the V2 service, in virtual time, without a network.

import { Service } from "./v2/service.js";
import { ADDRESS, SECRET, settings } from "./v2/rooms.js";
import { FakeSocket, XanoClient } from "./node-page.js";

const STEP_MS = 50;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Starts virtual time and a service for one test. `changes` are fields of its server. */
export function v2Page(t, changes) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let now = 1_000;
  t.mock.method(performance, "now", () => now);
  t.mock.method(FakeSocket, "now", () => now);
  t.mock.method(Math, "random", () => 0.5);
  const clock = {
    get now() {
      return now;
    },
    set: (run, after_ms) => setTimeout(run, after_ms),
    clear: (timer) => clearTimeout(timer),
  };
  const service = new Service({ settings: settings(changes), clock, secret: SECRET });
  const Before = globalThis.WebSocket;
  globalThis.WebSocket = class extends PageSocket {
    service = service;
  };
  const clients = [];
  t.after(() => {
    for (const client of clients) client.destroy();
    globalThis.WebSocket = Before;
  });

  /** Lets time pass, and everything that follows happen. */
  async function pass(ms = 0) {
    await settled();
    for (const end = now + ms; now < end; ) {
      const step = Math.min(STEP_MS, end - now);
      now += step;
      t.mock.timers.tick(step);
      await settled();
    }
  }

  return {
    service,
    pass,
    client(more) {
      const client = new XanoClient({
        instanceBaseUrl: "https://x8.xano.io",
        realtimeCanonical: ADDRESS,
        realtimeVersion: 2,
        realtimeClientId: "a-client",
        ...more,
      });
      clients.push(client);
      return client;
    },
    /** The service's side of the newest socket. */
    get connection() {
      return service.connections.at(-1);
    },
    /** What the newest socket has sent, parsed. */
    sentOf: (action) => FakeSocket.latest.sentOf(action),
  };
}

/** Everything that the handlers of a channel get, oldest first, errors among them. */
export function recorded(channel) {
  const actions = [];
  channel.on(
    (action) => void actions.push(action),
    (error) => void actions.push(error),
  );
  return actions;
}

/** The payloads of the actions of that name. */
export const payloadsOf = (actions, name) =>
  actions.filter(({ action }) => action === name).map(({ payload }) => payload);

class PageSocket extends FakeSocket {
  constructor(...args) {
    super(...args);
    queueMicrotask(() => {
      if (this.readyState !== FakeSocket.CONNECTING) return;
      this.open();
      const { pathname } = new URL(this.url);
      this.connection = this.service.connect(
        { path: pathname, token: this.protocol || undefined },
        {
          deliver: (text) => queueMicrotask(() => this.readyState === FakeSocket.OPEN && this.deliver(text)),
          close: (code, reason) => queueMicrotask(() => this.readyState < FakeSocket.CLOSED && this.drop(code, reason)),
        },
      );
      for (const text of this.early) this.connection.receive(text);
    });
  }

  /** What was sent while the open event was handled. */
  early = [];

  answer = (frame) => {
    const text = JSON.stringify(frame);
    if (!this.connection) this.early.push(text);
    else queueMicrotask(() => this.connection.receive(text));
  };

  close(code) {
    super.close(code);
    this.connection?.ended();
  }
}

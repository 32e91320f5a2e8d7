// One page with the original or with ours, and what was seen of it.

import { original, ours, Page, settled } from "../realtime/browser.js";

const BUNDLES = { original, ours };

export class Stage {
  /** "action channel" of every frame that the page sent. */
  sent = [];
  /** What `listen` heard. */
  heard = [];
  reported = [];
  warnings = 0;

  constructor(library, settings) {
    const witness = {
      opened() {},
      closed() {},
      sent: (_, text) => this.sent.push(`${JSON.parse(text).action} ${JSON.parse(text).options?.channel}`),
      reported: (error) => this.reported.push(error.message),
      warned: () => (this.warnings += 1),
    };
    this.page = new Page(BUNDLES[library], { witness });
    this.client = this.another(settings);
  }

  another(settings) {
    const connection = { instanceBaseUrl: "https://x8.xano.io", realtimeConnectionHash: "hash" };
    return this.page.client({ ...connection, ...settings });
  }

  /** A channel object whose handlers write down what they get. */
  listen(name = "a", options = undefined) {
    return this.hear(this.client.channel(name, options));
  }

  /** Channel objects that were made before any of them had a handler. */
  listenTogether(...names) {
    return names.map((name) => this.client.channel(name)).map((channel) => this.hear(channel));
  }

  hear(channel) {
    const hear = ({ action, payload }) => {
      this.heard.push(`${action} ${payload?.status ?? payload?.code ?? JSON.stringify(payload)}`);
    };
    return channel.on(hear, hear);
  }

  get sockets() {
    return this.page.sockets;
  }

  /** The channel object's page is connected. */
  joined(name, options) {
    const channel = this.listen(name, options);
    this.page.socket.accept();
    this.forget();
    return channel;
  }

  forget() {
    this.sent.length = 0;
    this.heard.length = 0;
  }

  deliver(frame) {
    this.page.socket.deliver(JSON.stringify({ options: { channel: "a" }, payload: null, ...frame }));
  }

  present(...socketIds) {
    const presence = socketIds.map((socketId) => ({ socketId }));
    this.deliver({ action: "presence_full", payload: { presence } });
  }

  end(code, reason) {
    this.page.socket.end(code, reason);
  }

  async pass(ms = 0) {
    await settled();
    await this.page.clock.advance(ms);
    await settled();
  }
}

/** What comes of a call: "fine", or the error's code or name. */
export function outcome(call) {
  try {
    call();
    return "fine";
  } catch (error) {
    return error.code ?? error.name;
  }
}

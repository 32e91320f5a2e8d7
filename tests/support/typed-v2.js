// Clients of the typed API in pages, against the model of the service of Realtime V2 behind real sockets.

import { after, before } from "node:test";
import { launchChromium } from "./chromium.js";
import { openTypedPage, startTypedSite } from "./typed-page.js";
import { ADDRESS, CHANNELS, SECRET, settings } from "./v2/rooms.js";
import { startV2Service } from "./v2-service.js";

const orders = CHANNELS.find(({ name }) => name === "orders/{order_id}");
/** The same without a transcript, which would come before the replay. */
const quiet = { ...orders, name: "quiet", input: [], conversation: {} };

/** Sets everything up before the tests of the calling file and takes it down after them. */
export function typedV2Stage(changes) {
  const stage = {};

  // One after the other: when one cannot start, `after` ends the ones that did.
  before(async () => {
    stage.site = await startTypedSite();
    stage.host = await startV2Service({
      settings: settings({ channels: [...CHANNELS, quiet], ...changes }),
      secret: SECRET,
    });
    stage.browser = await launchChromium();
  });

  after(async () => {
    await stage.browser?.close();
    await stage.site?.close();
    await stage.host?.close();
  });

  return stage;
}

/** A page with `client`, which has joined `room`. `more` is for the client's settings, `options` for the room. */
export async function arrive(t, stage, { room = "rooms/42", options = {}, more = {} } = {}) {
  const { host, site, browser } = stage;
  const server = { clientSettings: { apiGroupBaseUrl: host.baseUrl, realtimeConnectionHash: ADDRESS } };
  const page = await openTypedPage(t, { browser, site, server });
  const visitor = new Visitor(page, host);
  await page.evaluate((more) => {
    Math.random = () => 0; // no delay before an attempt
    Object.assign(settings, { version: 2 }, more);
    window.client = new Client(settings);
  }, more);
  await visitor.join(room, options);
  return visitor;
}

class Visitor {
  constructor(page, host) {
    this.page = page;
    this.service = host.service;
  }

  /** Joins a room, and one whose only use is `settled`, and waits until both are joined. */
  async join(name, options) {
    await this.page.evaluate(
      async ([name, options]) => {
        window.room = client.room(name, { messageType: "send", ...options });
        window.marks = client.room("rooms/1", { messageType: "none" });
        await Promise.all([room.joined(), marks.joined()]);
      },
      [name, options],
    );
    this.name = name;
    this.connection = this.service.connections.at(-1);
  }

  /** Whatever either side has sent before has been handled by the other one: receipts come in order. */
  async settled() {
    await this.page.evaluate(() => marks.publish("settled"));
  }

  /** The connection breaks, and the room is joined over another one. `between` runs where there is none. */
  async interrupt(between) {
    await this.page.evaluate(() => {
      const statuses = client.status();
      window.back = (async () => {
        while (!(await statuses.next()).startsWith("disconnected"));
        await Promise.all([room.joined(), marks.joined()]);
      })();
    });
    this.connection.drop(1006);
    between?.();
    await this.page.evaluate(() => back);
    this.connection = this.service.connections.at(-1);
    await this.settled();
  }

  /** The workspace publishes these to the room. */
  async publish(...payloads) {
    for (const data of payloads) this.service.publish({ address: ADDRESS, channel: this.name, data });
    await this.settled();
  }

  /** The ids that were acknowledged on the present socket. */
  acknowledged() {
    return this.connection.receivedOf("ack").map(({ payload }) => payload.cursor);
  }

  broadcasts() {
    return this.connection.receivedOf("broadcast").filter(({ options }) => options.channel !== "rooms/1");
  }
}

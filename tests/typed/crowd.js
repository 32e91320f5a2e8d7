// Publishers and subscribers in one page, each a client of the typed API with a connection by way of a proxy of its own.

import { within } from "../chaos/within.js";
import { startProxy } from "../support/proxy.js";
import { startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";
import { openTypedPage } from "../support/typed-page.js";

const ROOM = "chaos";
/** A stalled connection is noticed after 20 s, a connection is back after a few more: what takes three times that has failed. */
const DEADLINE_MS = 90_000;
/** So many messages are published between two looks at what shall become of the connections. */
const SLICE = 10;

/** @param {{ site: object, browser: object }} world */
export async function startCrowd(t, world, { publishers, subscribers, history }) {
  const server = await startServer({
    settings: settings(room(ROOM, { history })),
    limits: { messages_per_second: 5_000, message_burst: 20_000, bytes_per_second: 2_000_000 },
  });
  t.after(() => server.dispose());
  const proxies = [];
  t.after(() => proxies.forEach((proxy) => proxy.close()));
  for (let number = 0; number < publishers + subscribers; number += 1) proxies.push(await startProxy(server.port));
  const page = await openTypedPage(t, { ...world, server });
  await page.evaluate(enter, { ports: proxies.map(({ port }) => port), publishers, room: ROOM });
  return new Crowd(page, server, proxies);
}

class Crowd {
  constructor(page, server, proxies) {
    this.page = page;
    this.server = server;
    this.proxies = proxies;
  }

  /** How many connections were cut so far. */
  get cuts() {
    return this.proxies.reduce((sum, { cuts }) => sum + cuts, 0);
  }

  /**
   * Publishes so many messages at that rate; resolves with what became of each, in the order of publishing.
   * `before(number)` is called before every tenth.
   */
  async publish(count, perSecond, before) {
    await this.page.evaluate(() => crowd.start());
    for (let number = 0; number < count; number += SLICE) {
      before(number);
      await this.page.evaluate(([end, perSecond]) => crowd.publishUntil(end, perSecond), [number + SLICE, perSecond]);
    }
    const outcomes = this.page.evaluate(() => Promise.all(crowd.outcomes));
    return within(DEADLINE_MS, outcomes, () => "not every published message has an outcome");
  }

  /** Says that this was all; resolves with what each subscriber has heard: messages, and what it was told as `!word`. */
  async end() {
    const heard = this.page.evaluate(() => crowd.end());
    return within(DEADLINE_MS, heard, () => "not every subscriber has heard the end");
  }
}

/** Runs in the page. */
async function enter({ ports, publishers, room }) {
  // A client that is cut off again within 10 s waits longer each time. With the lowest delays all are back for the next cut.
  Math.random = () => 0.01;
  const END = "end";
  const crowd = { publishers: [], subscribers: [], outcomes: [] };
  window.crowd = crowd;
  for (const [number, port] of ports.entries()) {
    const client = new Client({ ...settings, baseUrl: `http://127.0.0.1:${port}/api:demo` });
    const isSubscriber = number >= publishers;
    const channel = client.join(room, false, false, isSubscriber);
    if (isSubscriber) crowd.subscribers.push(listen(channel));
    else crowd.publishers.push(channel);
    await channel.joined();
    crowd[number] = client; // a client that is collected would leave
  }

  crowd.start = () => (crowd.started = performance.now());
  crowd.publishUntil = (end, perSecond) =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(end, Math.floor(((performance.now() - crowd.started) / 1_000) * perSecond));
        while (crowd.outcomes.length < due) crowd.outcomes.push(publishOne(crowd.outcomes.length));
        if (crowd.outcomes.length >= end) resolve(clearInterval(timer));
      }, 5);
    });
  crowd.end = async () => {
    await crowd.publishers[0].publish("0", END);
    await Promise.all(crowd.subscribers.map(({ ended }) => ended));
    return crowd.subscribers.map(({ heard }) => heard);
  };

  function publishOne(number) {
    const from = number % publishers;
    const text = `${Math.floor(number / publishers)}`;
    return crowd.publishers[from].publish(`${from}`, text).then(
      () => ({ message: `${from}:${text}`, taken: true }),
      ({ code }) => ({ message: `${from}:${text}`, taken: false, code }),
    );
  }

  function listen(channel) {
    const heard = [];
    let subscription;
    const ended = new Promise((resolve) => {
      subscription = channel.on_message((words) => {
        const [, name, text] = /^(\d+)(?: \(replayed\))?: (\w+) \[0\]$/.exec(words) ?? [];
        if (text === END) resolve();
        else heard.push(name === undefined ? `!${words}` : `${name}:${text}`);
      });
    });
    return { channel, subscription, heard, ended };
  }
}

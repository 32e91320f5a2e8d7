// Who is on a channel, when servers die and when Redis stands still. `npm run test:more` lets it stand still for longer
// (LONG=1).

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { describe, test } from "node:test";
import WebSocket from "ws";
import { within } from "../chaos/within.js";
import { startCluster } from "../support/cluster.js";
import { Member } from "../support/member.js";
import { room, settings } from "../support/settings.js";

globalThis.WebSocket ??= WebSocket;
const { XanoClient, XanoObjectStorage } = await import("../../pkg/index.js");

const ROOM = "members";
/** Three times as long as it may take until the members of a server that died are gone. */
const DEADLINE_MS = 90_000;
/** Longer than the lease of a server lasts, which is 10 s. */
const STALL_MS = process.env.LONG ? 20_000 : 12_000;
const PUBLISH_EVERY_MS = 50;

// Beside each other: they wait, most of the time.
describe("members of several servers", { concurrency: true }, () => {
  test("the members of a server that was killed go, and no others", async (t) => {
    const { cluster, watchers } = await threeServers(t);
    const killed = performance.now();
    await cluster.nodes[2].kill();
    await everybodySeesOneGo(watchers);
    t.diagnostic(`gone after ${((performance.now() - killed) / 1_000).toFixed(1)} s`);
    await cluster.nodes[2].start();
    await Member.join(t, cluster.nodes[2], ROOM);
    for (const watcher of watchers)
      await watcher.until(() => watcher.present === 3, "the server is back with a member");
  });

  test(`Redis stands still for ${STALL_MS / 1_000} s: nobody who lives goes, nothing that was taken is lost`, async (t) => {
    const { cluster, watchers } = await threeServers(t);
    const outcomes = [];
    const publishing = setInterval(() => {
      const from = watchers[outcomes.length % watchers.length];
      const message = outcomes.length;
      outcomes.push(
        from.channel.publish(message).then(
          () => ({ message, taken: true }),
          ({ code }) => ({ message, code }),
        ),
      );
    }, PUBLISH_EVERY_MS);
    t.after(() => clearInterval(publishing));

    // It dies while nobody can be told: that it goes in the end shows that the servers have cleared up.
    await cluster.nodes[2].kill();
    cluster.redis.freeze();
    await wait(STALL_MS);
    cluster.redis.thaw();
    await everybodySeesOneGo(watchers);
    clearInterval(publishing);

    const settled = await within(DEADLINE_MS, Promise.all(outcomes), () => "some that were published have no outcome");
    const taken = settled.filter((outcome) => outcome.taken).map(({ message }) => message);
    const refused = settled.filter((outcome) => !outcome.taken);
    t.diagnostic(`published: ${taken.length} taken, ${refused.length} refused while Redis stood still`);
    assert.ok(refused.length > 0 && refused.every(({ code }) => code === "unavailable"), "they are told why");
    await watchers[0].channel.publish("end");
    for (const watcher of watchers) await watcher.until(() => watcher.heard.at(-1) === "end", "the end is heard");
    assert.deepEqual(
      watchers.map(({ gone }) => gone),
      [1, 1],
      "nobody else went since",
    );
    const [{ heard: order }, { heard }] = watchers;
    assert.deepEqual(heard, order, "both hear the same order");
    const doubled = order.filter((message, at) => order.indexOf(message) !== at);
    const lost = taken.filter((message) => !order.includes(message));
    assert.deepEqual({ doubled, lost }, { doubled: [], lost: [] });
  });
});

/** Two watchers on the first two servers, and a member on the third; each sees all three. */
async function threeServers(t) {
  const cluster = await startCluster({
    size: 3,
    settings: settings(room(ROOM, { history: 1_000 })),
  });
  t.after(() => cluster.dispose());
  const watchers = [new Watcher(t, cluster.nodes[0]), new Watcher(t, cluster.nodes[1])];
  await Member.join(t, cluster.nodes[2], ROOM);
  for (const watcher of watchers) await watcher.until(() => watcher.present === 3, "three are there");
  return { cluster, watchers };
}

async function everybodySeesOneGo(watchers) {
  for (const watcher of watchers) {
    await watcher.until(() => watcher.gone > 0, "the member of the server that died is gone");
    assert.deepEqual([watcher.gone, watcher.present], [1, 2], "one went, the others are there");
  }
}

/** Sees who comes and goes, and hears what is said. */
class Watcher {
  heard = [];
  gone = 0;
  #onChange = () => {};

  constructor(t, node) {
    const client = new XanoClient({ ...node.clientSettings, storage: new XanoObjectStorage() });
    this.channel = client.channel(ROOM, { presence: true, recover: true });
    t.after(() => this.channel.destroy());
    const hear = ({ action, payload }) => {
      if (action === "presence_update" && payload.action === "leave") this.gone += 1;
      if (action === "message") this.heard.push(payload);
      this.#onChange();
    };
    this.channel.on(hear, hear);
  }

  get present() {
    return this.channel.getPresence().length;
  }

  until(isSo, what) {
    const so = new Promise((resolve) => {
      this.#onChange = () => isSo() && resolve();
      this.#onChange();
    });
    return within(DEADLINE_MS, so, () => `not so: ${what}; ${this.present} are present, ${this.gone} went`);
  }
}

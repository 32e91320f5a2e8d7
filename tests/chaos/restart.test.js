// A server that restarts under many sockets: all are joined again, each once, and presence is right.
// `npm run test:more` runs it with 1,000 of them (LONG=1). What it prints is in docs/reliability.md.

import assert from "node:assert/strict";
import { test } from "node:test";
import WebSocket from "ws";
import { startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";
import { signToken } from "../support/token.js";
import { within } from "./within.js";

const ROOM = "restart";
const SECRET = "a key that is kept over the restart";
const SOCKETS = process.env.LONG ? 1_000 : 100;
/** No delay is longer than a minute. */
const DEADLINE_MS = 90_000;
/** Just below 1: every delay is the longest possible, as the original's always are. */
const NO_JITTER = 0.999_999;

/** When handshakes were begun, and when they were answered. */
let begun = [];
let answered = [];

globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    begun.push(performance.now());
    this.addEventListener("open", () => answered.push(performance.now()));
  }
};
const { XanoClient, XanoObjectStorage } = await import("../../pkg/index.js");

const RESTARTS = {
  SIGTERM: (server) => server.stop(),
  "kill -9": (server) => server.kill(),
  "kill -9, away until everybody has tried twice": async (server, crowd) => {
    await server.kill();
    await until(() => crowd.every(({ attempts }) => attempts >= 2), crowd);
  },
};

for (const [ending, end] of Object.entries(RESTARTS).slice(0, process.env.LONG ? 3 : 2)) {
  for (const jitter of [true, false]) {
    test(`${SOCKETS} sockets, ${ending}, ${jitter ? "with" : "without"} jitter`, async (t) => {
      const server = await startServer({ settings: settings(room(ROOM)), secret: SECRET });
      t.after(() => server.dispose());
      const crowd = Array.from({ length: SOCKETS }, (_, number) => new Member(server, number));
      t.after(() => crowd.forEach(({ channel }) => channel.destroy()));
      const [witness] = crowd;
      const present = () => witness.channel.getPresence();
      await until(() => crowd.every(({ joins }) => joins === 1) && present().length === SOCKETS, crowd);
      const socketsBefore = new Set(present().map(({ socketId }) => socketId));
      if (!jitter) t.mock.method(Math, "random", () => NO_JITTER);

      [begun, answered] = [[], []];
      await end(server, crowd);
      const listensAgain = performance.now();
      await server.start();
      // After `kill -9` Redis lists the lost sockets until the lease of their server ends. They are as many as the
      // new ones and belong to the same users, so a count alone does not tell the two apart.
      const isComplete = () =>
        present().length === SOCKETS && !present().some(({ socketId }) => socketsBefore.has(socketId));
      await until(() => crowd.every(({ joins }) => joins > 1) && isComplete(), crowd);

      const seconds = (moment) => `${((moment - listensAgain) / 1_000).toFixed(1)} s`;
      t.diagnostic(
        `half of them are back after ${seconds(answered[SOCKETS / 2])}, all after ${seconds(performance.now())}`,
      );
      t.diagnostic(`${busiest(answered)} handshakes in the busiest 100 ms; ${begun.length} attempts in all`);
      const unsettled = crowd.filter(({ joins }) => joins !== 2).map(({ story }) => story.join("\n"));
      assert.deepEqual(unsettled, [], "each has joined again, once");
      assert.equal(answered.length, SOCKETS, "by one handshake each");
      const everybody = crowd.map((_, number) => number + 1);
      assert.deepEqual(
        present()
          .map(({ permissions }) => permissions.row_id)
          .toSorted((one, other) => one - other),
        everybody,
        "each is present, once",
      );
    });
  }
}

/** Has a token of its own, and therefore a socket of its own. */
class Member {
  joins = 0;
  attempts = 0;
  /** What it was told and when, for a failure to show. */
  story = [];

  constructor(server, number) {
    const client = new XanoClient({
      ...server.clientSettings,
      realtimeAuthToken: signToken(SECRET, { dbo_id: 1, id: number + 1, extras: {}, exp: 4_000_000_000 }),
      storage: new XanoObjectStorage(),
    });
    // One sees who is there: if all did, it would be a million frames.
    this.channel = client.channel(ROOM, { presence: number === 0 });
    // Every action: any of them may be the last one that a condition needs.
    const hear = (action) => this.#hear(action);
    this.channel.on(hear, hear);
  }

  #hear({ action, payload }) {
    if (action === "join") this.joins += 1;
    if (action === "connection_status") this.attempts = (payload.attempt ?? 1) - 1;
    if (!action.startsWith("presence")) {
      this.story.push(`${(performance.now() / 1_000).toFixed(2)} s: ${action} ${JSON.stringify(payload)}`);
    }
    onChange();
  }
}

let onChange = () => {};

/** Waits until the condition holds. It is checked after every action that a member receives. */
async function until(isSo, crowd) {
  const so = new Promise((resolve) => {
    onChange = () => isSo() && resolve();
    onChange();
  });
  await within(DEADLINE_MS, so, () => `${crowd.filter(({ joins }) => joins > 1).length} of ${SOCKETS} joined again`);
}

/** How many of these moments lie in the tenth of a second that holds the most. */
function busiest(moments) {
  const sorted = moments.toSorted((one, other) => one - other);
  let first = 0;
  return sorted.reduce((most, moment, last) => {
    while (moment - sorted[first] > 100) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}

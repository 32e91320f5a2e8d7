// Two servers on one Redis, behind a balancer; each server is killed, and Redis too: what was taken is heard by all, once
// and in one order. `npm run test:more` runs it longer (LONG=1).

import assert from "node:assert/strict";
import { test } from "node:test";
import { startCrowd } from "../chaos/crowd.js";
import { startCluster } from "../support/cluster.js";

const MESSAGES = process.env.LONG ? 6_000 : 1_200;
const PER_SECOND = 200;
/** 5 s of them: whoever was on a server that died is back by then. */
const HISTORY = 1_000;

test(`${MESSAGES} messages, both servers killed in turn, and Redis in between`, async (t) => {
  const crowd = await startCrowd({ publishers: 3, subscribers: 6, history: HISTORY, start: startCluster });
  t.after(() => crowd.leave());
  const [one, other] = crowd.server.nodes;
  const faults = new Map([one, crowd.server.redis, other].map((process, at) => [(MESSAGES / 4) * (at + 1), process]));
  const over = [];
  const outcomes = await crowd.publish(MESSAGES, PER_SECOND, (number) => {
    if (faults.has(number)) over.push(dieAndComeBack(faults.get(number)));
  });
  await Promise.all(over);
  await crowd.end();

  const taken = outcomes.filter((outcome) => outcome.taken).map(({ message }) => message);
  const others = outcomes.filter((outcome) => !outcome.taken);
  t.diagnostic(`published: ${taken.length} taken, ${others.length} refused while Redis was away`);
  assert.deepEqual(
    others.filter(({ code }) => code !== "unavailable"),
    [],
    "each is taken, or refused since Redis is away",
  );
  for (const { interruptions } of crowd.subscribers) assert.ok(interruptions > 0, "everybody's server was killed");
  const [{ heard: order }] = crowd.subscribers;
  const doubled = order.filter((message, at) => order.indexOf(message) !== at);
  const lost = taken.filter((message) => !order.includes(message));
  assert.deepEqual({ doubled, lost }, { doubled: [], lost: [] });
  for (const { heard } of crowd.subscribers) assert.deepEqual(heard, order, "all hear the same order");
});

async function dieAndComeBack(process) {
  await process.kill();
  await process.start();
}

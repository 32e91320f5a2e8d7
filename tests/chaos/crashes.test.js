// A server in memory that dies twice: nothing comes twice, and whatever is lost lies in a gap that was told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startCrowd } from "./crowd.js";

const MESSAGES = process.env.LONG ? 6_000 : 1_500;
const PER_SECOND = 500;

test(`${MESSAGES} messages, the server killed twice`, async (t) => {
  const crowd = await startCrowd({ publishers: 3, subscribers: 5 });
  t.after(() => crowd.leave());

  const crashes = [];
  const outcomes = await crowd.publish(MESSAGES, PER_SECOND, (number) => {
    if (number === MESSAGES / 3 || number === (MESSAGES / 3) * 2) crashes.push(crash(crowd.server));
  });
  await Promise.all(crashes);
  await crowd.end();

  const taken = outcomes.filter((outcome) => outcome.taken).map(({ message }) => message);
  for (const [number, { heard }] of crowd.subscribers.entries()) {
    const messages = heard.filter((entry) => !entry.startsWith("!"));
    assert.equal(new Set(messages).size, messages.length, "nothing twice");
    const unreported = unreportedLosses(heard, crowd.publishers.length);
    assert.deepEqual(unreported, [], "whatever is missing lies in a gap that was told");
    const lost = taken.filter((message) => !messages.includes(message)).length;
    t.diagnostic(`subscriber ${number}: ${messages.length} heard, ${lost} of those taken lost in gaps that were told`);
  }
  t.diagnostic(`published: ${taken.length} taken, ${outcomes.length - taken.length} unconfirmed`);
  assert.deepEqual(
    outcomes.filter(({ taken, code }) => !taken && code !== "unconfirmed"),
    [],
    "each is taken, or said to be unconfirmed",
  );
});

async function crash(server) {
  await server.kill();
  await server.start();
}

/** Numbers of a publisher that are missing between two that were heard with no gap told in between. */
function unreportedLosses(heard, publishers) {
  const losses = [];
  /** Of each publisher: the last number that was heard, and whether a gap was told since. */
  const last = Array.from({ length: publishers }, () => ({ number: -1, gap: false }));
  for (const entry of heard) {
    if (entry === "!gap") for (const publisher of last) publisher.gap = true;
    if (entry.startsWith("!")) continue;
    const [from, number] = entry.split(":").map(Number);
    const publisher = last[from];
    if (number > publisher.number + 1 && !publisher.gap) losses.push([publisher.number, number]);
    last[from] = { number, gap: false };
  }
  return losses;
}

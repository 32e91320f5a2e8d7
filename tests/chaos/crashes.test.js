// A server in memory that dies twice: nothing comes twice, and whatever is lost lies in a gap that was told.
// `npm run test:more` runs it longer (LONG=1).

import assert from "node:assert/strict";
import { test } from "node:test";
import { startCrowd } from "./crowd.js";
import { gapsOf } from "./gaps.js";

const MESSAGES = process.env.LONG ? 6_000 : 2_000;
const PER_SECOND = 500;
/** Seconds apart, so that everybody has come back in between. */
const CRASHES = [MESSAGES / 4, (MESSAGES / 4) * 3];
/** Some are away from so many messages before each crash, which is more than this history holds. */
const AWAY = 200;
const SHORT_HISTORY = 25;

test("a loss that nobody was told of is found out", () => {
  const taken = ["0:0", "1:0", "0:1", "1:1", "0:2", "1:2"];
  assert.deepEqual(gapsOf(taken, taken), { sizes: [], unreported: [] });
  assert.deepEqual(gapsOf(["0:0", "1:0", "!gap", "0:2", "1:2"], taken), { sizes: [2], unreported: [] });
  assert.deepEqual(gapsOf(["0:0", "1:0", "0:2", "!gap", "1:2"], taken), { sizes: [1], unreported: [1] });
  assert.deepEqual(gapsOf(["!gap", "0:0", "1:0", "0:1", "1:1", "0:2"], taken), { sizes: [0], unreported: [2] });
});

test(`${MESSAGES} messages, the server killed twice`, async (t) => {
  const crowd = await startCrowd({ publishers: 3, subscribers: 5 });
  t.after(() => crowd.leave());
  await publishWithCrashes(t, crowd);
});

test(`${MESSAGES} messages, the server killed twice while two are away, and a short history`, async (t) => {
  const crowd = await startCrowd({ publishers: 3, subscribers: 5, history: SHORT_HISTORY });
  t.after(() => crowd.leave());
  const sizes = await publishWithCrashes(t, crowd, crowd.proxies.slice(-2));
  for (const [first] of sizes.slice(-2)) assert.ok(first > 0, "who was away has a gap: otherwise this shows nothing");
});

/** The size of each gap of each subscriber. `away` are the proxies of those who are away when the server dies. */
async function publishWithCrashes(t, crowd, away = []) {
  const crashes = [];
  const outcomes = await crowd.publish(MESSAGES, PER_SECOND, (number) => {
    if (CRASHES.includes(number + AWAY)) for (const proxy of away) proxy.shut();
    if (CRASHES.includes(number)) crashes.push(crash(crowd.server, away));
  });
  await Promise.all(crashes);
  await crowd.end();

  const taken = outcomes.filter((outcome) => outcome.taken).map(({ message }) => message);
  const others = outcomes.filter((outcome) => !outcome.taken);
  t.diagnostic(`published: ${taken.length} taken, ${others.length} unconfirmed`);
  assert.deepEqual(
    others.filter(({ code }) => code !== "unconfirmed"),
    [],
    "each is taken, or said to be unconfirmed",
  );
  return crowd.subscribers.map(({ heard }, number) => {
    const messages = heard.filter((entry) => !entry.startsWith("!"));
    assert.equal(new Set(messages).size, messages.length, "nothing twice");
    const { sizes, unreported } = gapsOf(heard, taken);
    t.diagnostic(
      `subscriber ${number}: ${messages.length} heard, missing in each gap that was told: ${sizes.join(", ")}`,
    );
    assert.deepEqual(unreported, [], "whatever is missing lies in a gap that was told");
    return sizes;
  });
}

async function crash(server, away) {
  await server.kill();
  await server.start();
  for (const proxy of away) proxy.open();
}

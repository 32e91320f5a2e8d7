// A client whose network goes away without a word: it leaves within a minute, and has long come back by another way.
// It takes that minute, so that it is left to `npm run test:more` (LONG=1).

import assert from "node:assert/strict";
import { test } from "node:test";
import { startCrowd } from "./crowd.js";
import { within } from "./within.js";

/** Three times as long as it may take. */
const DEADLINE_MS = 3 * 60_000;

test("a half-open client leaves within a minute", { skip: !process.env.LONG && "takes a minute" }, async (t) => {
  const crowd = await startCrowd({ publishers: 0, subscribers: 0 });
  t.after(() => crowd.leave());
  const witness = await crowd.join({ presence: true });
  const arrival = witness.channel.once("presence_update");
  await crowd.join();
  const ghost = (await arrival).payload.presence.socketId;
  const present = () => witness.channel.getPresence().map(({ socketId }) => socketId);

  crowd.proxies.at(-1).stall();
  const stalledAt = performance.now();
  const seconds = () => ((performance.now() - stalledAt) / 1_000).toFixed(0);
  const changes = new Promise((resolve) => {
    // The list changes with `presence_full` too, if the witness itself had to connect again.
    witness.channel.on(({ action, payload }) => {
      if (action === "presence_update") t.diagnostic(`${seconds()} s after the stall: ${payload.action}`);
      if (!present().includes(ghost)) resolve();
    });
  });
  await within(DEADLINE_MS, changes, () => "the half-open client is still present");
  assert.equal(present().length, 2, "it is back by another connection, and present once");
});

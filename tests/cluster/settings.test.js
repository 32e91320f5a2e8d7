// What is changed at one server is changed at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startCluster } from "../support/cluster.js";
import { Member } from "../support/member.js";
import { room, settings } from "../support/settings.js";

test("new settings at one server reach the members of the other", async (t) => {
  const cluster = await startCluster({ settings: settings(room("before")) });
  t.after(() => cluster.dispose());
  const [one, other] = cluster.nodes;
  const jill = await Member.join(t, other, "before");

  const sent = performance.now();
  const answer = await fetch(`${one.url}/api:meta/workspace/1/realtime`, {
    method: "PUT",
    headers: { authorization: `Bearer ${cluster.adminToken()}`, "content-type": "application/json" },
    body: JSON.stringify(settings(room("after"))),
  });
  assert.equal(answer.status, 200);
  assert.equal((await jill.hears("error")).code, "no_settings");
  await jill.hears("leave");
  t.diagnostic(`after ${Math.round(performance.now() - sent)} ms`);
  await Member.join(t, other, "after");
});

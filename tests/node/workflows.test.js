// What the workflows may run: actions of a known commit, without a token left behind in the checkout.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../.github/workflows/", import.meta.url);
const workflows = readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), "utf8")]);

for (const [name, text] of workflows) {
  test(`${name}: every action is pinned to a commit`, () => {
    const actions = [...text.matchAll(/uses: (.+)$/gm)].map(([, action]) => action);
    const unpinned = actions.filter((action) => !/^[\w./-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(action));
    assert.ok(actions.length > 0);
    assert.deepEqual(unpinned, []);
  });

  test(`${name}: no checkout leaves its token behind`, () => {
    const checkouts = text.split("- uses: ").filter((step) => step.startsWith("actions/checkout@"));
    for (const step of checkouts) assert.match(step, /^ {8}with:\n {10}persist-credentials: false$/m);
  });
}

test("advisories are looked for every week, not only at a push", () => {
  const audits = workflows.filter(([, text]) => text.includes("npm run audit"));
  assert.equal(audits.length, 1);
  assert.match(audits[0][1], /^ {2}schedule:\n {4}- cron: /m);
});

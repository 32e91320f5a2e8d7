// What of others lies in the repository is what they published.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

for (const file of ["lit-html.js", "LICENSE"]) {
  test(`server/panel/vendor/${file} is the file of the npm package lit-html`, async () => {
    assert.equal(await read(`server/panel/vendor/${file}`), await read(`node_modules/lit-html/${file}`));
  });
}

// Each way to get the package into a page ends in a round trip to the server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { startServer } from "../support/server.js";
import { packPackage, runNode } from "./support/projects.js";

let browser;
let packed;
let server;

before(async () => {
  packed = await packPackage();
  server = await startServer({ www: packed.folder });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await server?.dispose();
  await packed?.remove();
});

for (const project of ["script-tag", "native-esm"]) {
  test(`a page without a build: ${project}`, async (t) => {
    await packed.install(project);

    assert.equal(await shownBy(t, `${project}/index.html`), "Hello");
  });
}

for (const [bundler, page] of [
  ["vite", "dist/index.html"],
  ["webpack", "index.html"],
  ["rollup", "index.html"],
  ["esbuild", "index.html"],
]) {
  test(`a page that ${bundler} has bundled`, async (t) => {
    const project = await packed.install(bundler);
    await runNode(project, "build.js");

    assert.equal(await shownBy(t, `${bundler}/${page}`), "Hello");
  });
}

/** What the page shows in the end; nothing may have gone wrong unseen on the way there. */
async function shownBy(test, path) {
  const page = await browser.newPage();
  test.after(() => page.close());
  const uncaught = [];
  page.on("pageerror", (error) => uncaught.push(error.message));
  await page.goto(`${server.url}/${path}`);
  const shown = await page.locator("output:not(:empty)").textContent();
  assert.deepEqual(uncaught, []);
  return shown;
}

// Each way to get the package into a page ends in a round trip to the server.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
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

for (const kind of ["module", "classic"]) {
  test(`a ${kind} worker`, async (t) => {
    await packed.install("worker");

    assert.equal(await shownBy(t, `worker/index.html?${kind}`), "Hello");
  });
}

test("a page that a server rendered, which looked at nothing that only browsers have", async (t) => {
  const project = await packed.install("ssr");
  const page = await runNode(project, "server.js");
  await writeFile(join(project, "index.html"), page);

  assert.match(page, /<p>xano-wasm \d+\.\d+\.\d+<\/p>/);
  assert.equal(await shownBy(t, "ssr/index.html"), "Hello");
});

test("a page with a strict policy that allows WebAssembly", async (t) => {
  await packed.install("csp");

  assert.equal(await shownBy(t, "csp/allowed.html"), "Hello");
});

test("a policy without 'wasm-unsafe-eval': the error says what to add, and HTTP works", async (t) => {
  await packed.install("csp");
  const page = await open(t, "csp/refused.html");

  assert.match(await shownOn(page), /^Error: xano-wasm could not start: .+ script-src 'wasm-unsafe-eval'/);
  await page.waitForFunction(() => document.title === "health: 200");
});

test("a policy without 'wasm-unsafe-eval': the script without WebAssembly connects", async (t) => {
  await packed.install("csp");

  assert.equal(await shownBy(t, "csp/plain.html"), "Hello");
});

test("a page without WebAssembly: the script without it connects", async (t) => {
  await packed.install("no-webassembly");

  assert.equal(await shownBy(t, "no-webassembly/plain.html"), "Hello");
});

test("a page without WebAssembly: the script tag sets its names, and the first channel says what is wrong", async (t) => {
  await packed.install("no-webassembly");

  assert.match(
    await shownBy(t, "no-webassembly/index.html"),
    /^Error: xano-wasm could not start: WebAssembly is not defined\. /,
  );
});

async function shownBy(test, path) {
  return shownOn(await open(test, path));
}

/** What the page shows in the end. */
function shownOn(page) {
  return page.locator("output:not(:empty)").textContent();
}

/** Nothing may go wrong unseen on the page until it is closed at the test's end. */
async function open(test, path) {
  const page = await browser.newPage();
  const uncaught = [];
  page.on("pageerror", (error) => uncaught.push(error.message));
  test.after(async () => {
    await page.close();
    assert.deepEqual(uncaught, []);
  });
  await page.goto(`${server.url}/${path}`);
  return page;
}

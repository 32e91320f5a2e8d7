// What the tests of the typed API share: a server, a browser, and pages that hold the API as it is compiled from
// tests/typed/page.

import { existsSync } from "node:fs";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./chromium.js";
import { startServer } from "./server.js";
import { startStaticServer } from "./static-server.js";
import { watchedContext } from "./watched-context.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PROGRAM = here("../../target/typed-page/");
const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>typed</title><body><script type="module">
  import init, { Client } from "/typed/typed_page.js";
  await init();
  window.Client = Client;
</script></body></html>`;

/** Serves the page; `close` ends it. */
export async function startTypedSite() {
  if (!existsSync(PROGRAM)) throw new Error("the page of the typed API is not built: `npm test` builds it");
  return startStaticServer({ pages: { "/": HTML }, folders: { "/typed/": PROGRAM } });
}

/** A page with `Client` and `settings`; at the test's end it is closed, and no error may have been left uncaught. */
export async function openTypedPage(test, { browser, site, server }) {
  const context = await watchedContext(test, browser);
  await context.addInitScript({ path: here("ledger.js") });
  const page = await context.newPage();
  await page.goto(`${site.url}/`);
  await page.waitForFunction(() => "Client" in window);
  const { apiGroupBaseUrl: baseUrl, realtimeConnectionHash: hash } = server.clientSettings;
  await page.evaluate((settings) => (window.settings = settings), { baseUrl, hash });
  return page;
}

/** Sets everything up before the tests of the calling file and takes it down after them. */
export function typedStage(serverOptions) {
  const stage = { page: (test) => openTypedPage(test, stage) };

  // One after the other: when one cannot start, `after` ends the ones that did.
  before(async () => {
    stage.site = await startTypedSite();
    stage.server = await startServer(serverOptions);
    stage.browser = await launchChromium();
  });

  after(async () => {
    await stage.browser?.close();
    await stage.site?.close();
    await stage.server?.dispose();
  });

  return stage;
}

// Where a part measures: pages with the libraries in them, opened by one browser after the other.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { startStaticServer } from "../../../tests/support/static-server.js";
import { BROWSERS } from "./browsers.mjs";
import { startSpeaker } from "./speaker.mjs";

const page = join(import.meta.dirname, "..");

const FOLDERS = {
  "/page/": page,
  "/pkg/": join(page, "../../pkg"),
  "/original/": join(dirname(createRequire(import.meta.url).resolve("@xano/js-sdk/package.json")), "dist"),
};

/**
 * Calls `measure({ title, run, visit })` for each of the browsers. `run(path, argument)` opens that one of `pages`, calls
 * its function `measure` with the argument and resolves to what that resolves to; `visit(path, stay)` opens it and calls
 * `stay` with that function. Pages reach a server of their own.
 */
export async function inEachBrowser(browsers, pages, measure) {
  const speaker = await startSpeaker();
  const site = await startStaticServer({ pages, folders: FOLDERS });
  try {
    for (const name of browsers) {
      const { title, launch } = BROWSERS[name];
      const browser = await launch();
      const visit = (path, stay) => inPage(browser, `${site.url}${path}?server=${speaker.url}`, stay);
      const run = (path, argument) => visit(path, (measure) => measure(argument));
      try {
        await measure({ title, run, visit });
      } finally {
        await browser.close();
      }
    }
  } finally {
    await site.close();
    await speaker.close();
  }
}

async function inPage(browser, url, stay) {
  const tab = await browser.open(url);
  try {
    return await stay(async (argument) => JSON.parse(await tab.evaluate(`(${call})(${JSON.stringify(argument)})`)));
  } finally {
    await tab.close();
  }
}

/** Runs in the page. */
async function call(argument) {
  // WebKitGTK calls a page loaded before its modules have run.
  while (!window.measure) await new Promise((resolve) => setTimeout(resolve, 10));
  return JSON.stringify((await window.measure(argument)) ?? null);
}

/**
 * A page with both libraries, `Original` and `Ours`.
 *
 * @param {string} measuring the module that sets `measure`
 * @param {...string} before scripts that replace something before a library sees it
 */
export function pageWithBoth(measuring, ...before) {
  return html(`
    ${before.map((script) => `<script src="/page/in-page/${script}"></script>`).join("")}
    <script src="/original/xano.min.js"></script>
    <script>window.Original = XanoClient;</script>
    <script src="/pkg/dist/xano.min.js"></script>
    <script>window.Ours = XanoClient;</script>
    <script type="module" src="/page/${measuring}"></script>`);
}

export function html(body) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>bench</title><body>${body}</body></html>`;
}

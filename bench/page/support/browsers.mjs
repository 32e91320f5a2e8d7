// The browsers that are measured, each with a way to collect garbage where it has one.

import { launchFirefox } from "../../../tests/browsers/firefox/driver.js";
import { launchWebKit } from "../../../tests/browsers/webkit/driver.js";
import { launchChromium } from "../../../tests/support/chromium.js";

/** A driver like the drivers of tests/browsers. `title` is what the rows say. */
export const BROWSERS = {
  chromium: { title: "Chromium", launch: chromium },
  firefox: {
    title: "Firefox",
    launch: () => launchFirefox({ preferences: { "dom.testing.testutils.enabled": true } }),
  },
  webkit: { title: "WebKitGTK", launch: launchWebKit },
};

async function chromium() {
  const browser = await launchChromium({ args: ["--js-flags=--expose-gc", "--enable-precise-memory-info"] });
  return {
    async open(url) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(url);
      return { evaluate: (expression) => page.evaluate(expression), close: () => context.close() };
    },
    close: () => browser.close(),
  };
}

// The scenarios of Realtime V2 on the real server, which every browser runs, in Chromium.

import { v2ServerScenarios } from "../browsers/v2-server-scenarios.js";
import { launchChromium } from "../support/chromium.js";
import { IS_CLUSTER } from "../support/server.js";

// Servers on one Redis have no Realtime V2.
if (!IS_CLUSTER) await v2ServerScenarios(launch);

async function launch() {
  const browser = await launchChromium();
  return {
    async open(url) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(url);
      return {
        evaluate: (expression) => page.evaluate(expression),
        reload: () => page.reload(),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

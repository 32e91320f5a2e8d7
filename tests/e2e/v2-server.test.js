// The scenarios of Realtime V2 on the real server, which every browser runs, in Chromium.

import { openTab } from "../browsers/tab.js";
import { v2ServerScenarios } from "../browsers/v2-server-scenarios.js";
import { launchChromium } from "../support/chromium.js";
import { IS_CLUSTER } from "../support/server.js";

// Servers on one Redis have no Realtime V2.
if (!IS_CLUSTER) await v2ServerScenarios(launch);

async function launch() {
  const browser = await launchChromium();
  return {
    open: async (url) => openTab(await browser.newContext(), url),
    close: () => browser.close(),
  };
}

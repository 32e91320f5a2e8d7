// Firefox, driven by WebDriver BiDi.

import { launch } from "puppeteer-core";
import { openTab } from "../tab.js";

export async function launchFirefox({ preferences } = {}) {
  const executablePath = process.env.FIREFOX_PATH;
  if (!executablePath) throw new Error("say with FIREFOX_PATH where Firefox is");
  const browser = await launch({ browser: "firefox", executablePath, extraPrefsFirefox: preferences });
  return {
    open: async (url) => openTab(await browser.createBrowserContext(), url),
    close: () => browser.close(),
  };
}

// Firefox, driven by WebDriver BiDi.

import { launch } from "puppeteer-core";

export async function launchFirefox({ preferences } = {}) {
  const executablePath = process.env.FIREFOX_PATH;
  if (!executablePath) throw new Error("say with FIREFOX_PATH where Firefox is");
  const browser = await launch({ browser: "firefox", executablePath, extraPrefsFirefox: preferences });
  return {
    async open(url) {
      const context = await browser.createBrowserContext();
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

// The Chromium that the tests drive.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { launch } from "puppeteer-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

// No sandbox: containers have none to give. The rest keeps the browser from talking to anybody but the test.
const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** @param {object} [options] of Playwright's `launch`; `args` come behind those that every test needs */
export function launchChromium({ args = [], ...options } = {}) {
  return chromium.launch({ executablePath: findChromium(), args: [...FLAGS, ...args], ...options });
}

/** One tab in front, the others hidden, as for a person: Playwright tells every page that it is in front. */
export function launchChromiumWithHiddenTabs() {
  return launch({ executablePath: findChromium(), args: FLAGS });
}

export function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  }
  throw new Error(`no Chromium: none of ${NAMES.join(", ")} is on PATH; install one or set CHROMIUM_PATH`);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

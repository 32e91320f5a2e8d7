// WebKitGTK: its MiniBrowser on a screen that nobody sees, driven by WebDriver.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startScreen, startWebDriver } from "./processes.js";
import { Session } from "./webdriver.js";

export async function launchWebKit() {
  const cleanups = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const home = await mkdtemp(join(tmpdir(), "xano-webkit-"));
    cleanups.push(() => rm(home, { recursive: true, force: true }));
    const screen = await startScreen();
    cleanups.push(screen.stop);
    const server = await startWebDriver(environment(home, screen.display));
    cleanups.push(server.stop);
    const session = await Session.create(server.url);
    cleanups.push(() => session.end());
    return { open: (url) => open(session, url), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(session, url) {
  const tab = await session.openTab();
  await session.navigate(tab, url);
  return {
    evaluate: (expression) => session.evaluate(tab, expression),
    reload: () => session.reload(tab),
    close: () => session.closeTab(tab),
  };
}

/** Nothing of the user's desktop, neither its settings nor its graphics card. */
function environment(home, display) {
  const env = {
    ...process.env,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    DISPLAY: display,
    GDK_BACKEND: "x11",
    LIBGL_ALWAYS_SOFTWARE: "1",
    NO_AT_BRIDGE: "1",
  };
  // WebKit's sandbox does not start as root, which containers often are.
  if (process.getuid() === 0) env.WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS = "1";
  return env;
}

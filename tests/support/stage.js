// What the end-to-end tests of one file share: a server, the pages and a browser.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./chromium.js";
import { startPages } from "./clients.js";
import { startServer } from "./server.js";
import { User } from "./user.js";

/** The way to load a client that the scenarios use: one of WAYS_TO_LOAD, or `original`. */
export const CLIENT = process.env.E2E_CLIENT ?? "script";

/** As `prepare` of a user: the page gets a `FakeSocket`, and the test plays the server. */
export const FAKE_SOCKET = { path: fileURLToPath(new URL("fake-socket.js", import.meta.url)) };

/**
 * Sets everything up before the tests of the calling file and takes it down after them.
 *
 * @param {object} serverOptions as for `startServer`
 * @param {(options: object) => Promise<{ clientSettings: object, dispose(): Promise<void> }>} [start] another server
 */
export function stage(serverOptions, start = startServer) {
  const stage = {
    /**
     * Opens a user's page; at the test's end it is closed, and no error may have been left uncaught.
     * `prepare` runs in the page before the client is loaded.
     */
    async user(test, { client = CLIENT, prepare } = {}) {
      const user = await User.arrive({ ...stage, client, prepare });
      test.after(async () => {
        if (user.page.isClosed()) return;
        const uncaught = await user.takeUncaught();
        await user.leave();
        assert.deepEqual(uncaught, [], "errors nobody caught");
      });
      return user;
    },
  };

  // One after the other: when one cannot start, `after` ends the ones that did.
  before(async () => {
    stage.server = await start(serverOptions);
    stage.pages = await startPages();
    stage.browser = await launchChromium();
  });

  after(async () => {
    await stage.browser?.close();
    await stage.pages?.close();
    await stage.server?.dispose();
  });

  return stage;
}

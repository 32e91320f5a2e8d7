// What the scenarios share: the server, a browser, and users who load the client by a script tag.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { startServer } from "../support/server.js";
import { startStaticServer } from "../support/static-server.js";
import { User } from "../support/user.js";
import { Page } from "./page.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const SITE = {
  pages: {
    "/": `<!doctype html><html lang="en"><meta charset="utf-8"><title>test</title><body>
      <script src="/support/in-page.js"></script>
      <script src="/browsers/in-page.js"></script>
      <script src="/support/bare-socket.js"></script>
      <script src="/pkg/dist/xano.min.js"></script>
    </body></html>`,
  },
  folders: { "/support/": here("../support"), "/browsers/": here("."), "/pkg/": here("../../pkg") },
};

/** Sets everything up before the tests of the calling file and takes it down after them. `start` starts another server. */
export function stage(launchBrowser, serverOptions, start = startServer) {
  const stage = {
    /** Opens a user's page; at the test's end it is closed, and no error may have been left uncaught. */
    async user(test) {
      // An origin of their own, as tabs may share what an origin stores.
      const site = await startStaticServer(SITE);
      test.after(() => site.close());
      const tab = await stage.browser.open(`${site.url}/`);
      const user = new User(tab, new Page(tab), stage.server.clientSettings);
      let isHere = true;
      test.after(async () => {
        if (!isHere) return;
        const uncaught = await user.takeUncaught();
        await user.leave();
        assert.deepEqual(uncaught, [], "errors nobody caught");
      });
      return Object.assign(user, {
        async leave() {
          isHere = false;
          await tab.close();
        },
      });
    },
  };

  // One after the other: when one cannot start, `after` ends those that did.
  before(async () => {
    stage.server = await start(serverOptions);
    stage.browser = await launchBrowser();
  });

  after(async () => {
    await stage.browser?.close();
    await stage.server?.dispose();
  });

  return stage;
}

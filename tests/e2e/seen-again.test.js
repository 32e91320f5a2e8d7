// The network is back, somebody looks at the page again: it connects at once instead of waiting for its next attempt.
// Timers do not run in these pages any more when that happens, so it is the event that connects them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launchChromium, launchChromiumWithHiddenTabs } from "../support/chromium.js";
import { startPages } from "../support/clients.js";
import { startServer } from "../support/server.js";
import { IN_PAGE, User } from "../support/user.js";

const ROOM = "marvel-chat-room";
const RECOVER = { recover: true, presence: true };

let server, pages, browser;
before(async () => {
  server = await startServer();
  pages = await startPages();
  // Playwright switches the back-forward cache off.
  browser = await launchChromium({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
});
after(async () => {
  await browser?.close();
  await pages?.close();
  await server?.dispose();
});

test("the network is back (online)", async (t) => {
  const jill = await enter(t);
  await jill.page.evaluate(stopTimers);
  await server.kill();
  await jill.until(isWaiting, ROOM);
  await jill.context.setOffline(true);
  await server.start();
  await jill.context.setOffline(false);
  await jill.until(hasJoinedAgain, ROOM);
});

test("a hidden tab is looked at again (visibilitychange)", async (t) => {
  const window = await launchChromiumWithHiddenTabs();
  t.after(() => window.close());
  const tab = await window.newPage();
  await tab.evaluateOnNewDocument(await readFile(IN_PAGE, "utf8"));
  await tab.goto(await pages.pageOf("script"));
  await tab.evaluate((settings) => probe.connect(settings), server.clientSettings);
  await tab.evaluate(([room, options]) => probe.open(room, options), [ROOM, RECOVER]);
  await tab.waitForFunction((room) => probe.of(room, "join").length === 1, {}, ROOM);

  await window.newPage();
  assert.equal(await tab.evaluate(() => document.visibilityState), "hidden");
  await tab.evaluate(stopTimers);
  await server.kill();
  // A hidden page paints nothing, so it is asked in turns of its own.
  await tab.waitForFunction(isWaiting, { polling: 50 }, ROOM);
  await server.start();
  await tab.bringToFront();
  await tab.waitForFunction(hasJoinedAgain, {}, ROOM);
});

// Here the end of the socket is told behind the event, so the first, short wait runs.
test("the page comes out of the back-forward cache (pageshow), and has missed nothing", async (t) => {
  const jill = await enter(t);
  const john = await enter(t);
  await jill.page.evaluate(() => addEventListener("pageshow", ({ persisted }) => (window.wasKept = persisted)));
  await jill.page.goto(`${jill.page.url()}?elsewhere`);
  await john.message(ROOM, "while Jill was elsewhere");
  await john.messages(ROOM, 1);
  await jill.page.goBack({ waitUntil: "commit" });
  await jill.until(hasJoinedAgain, ROOM);
  assert.deepEqual(await jill.messages(ROOM, 1), ["while Jill was elsewhere"]);
  assert.equal(await jill.page.evaluate(() => wasKept), true);
});

async function enter(t) {
  const user = await User.arrive({ browser, pages, server, client: "script" });
  t.after(() => user.leave());
  await user.enter(ROOM, RECOVER);
  return user;
}

// What follows runs in the page.

function stopTimers() {
  window.setTimeout = () => 0;
}

function isWaiting(room) {
  return probe.of(room, "connection_status").at(-1).payload.retryInMs > 0;
}

function hasJoinedAgain(room) {
  return probe.of(room, "join").length === 2;
}

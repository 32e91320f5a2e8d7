// The Marvel chat through interruptions: it says in words what is the matter, and misses and doubles nothing.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { DEMO, PHONE, visitDemo } from "../support/demo.js";
import { startProxy } from "../support/proxy.js";
import { IS_CLUSTER, startServer } from "../support/server.js";
import { asleep } from "../support/sleep.js";

/** Three times as long as a dead socket may go unnoticed. */
const NOTICED = { timeout: 3 * 20_000 };

let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser?.close());

// Each has a server of its own, and much of it is waiting.
describe("the chat", { concurrency: true }, () => {
  test("says that the device is offline, keeps what is written, and catches up when it is back", async (t) => {
    const { url } = await ownServer(t);
    const [jill, jack] = [await enter(t, url, "Jill", PHONE), await enter(t, url, "Jack")];
    await jack.say("before");
    await jill.sees("before");

    const context = jill.page.context();
    await context.setOffline(true);
    await jill.state(/^Offline, the connection may be gone$/);
    await jill.say("sent into the dead connection");
    await jill.locator("#state", { hasText: /^Offline, attempt \d+ (in \d+ s|now)$/ }).waitFor(NOTICED);
    await jill.say("written while offline");
    await jill.field("Message").fill("not finished yet");
    assert.deepEqual(await jill.waitingFor(), [
      ["sent into the dead connection", "Waiting for the connection"],
      ["written while offline", "Waiting for the connection"],
    ]);
    assert.equal(await jill.sidewaysOverflow(), 0);
    await jill.hasNoFaults();
    await jack.say("meanwhile 1");
    await jack.say("meanwhile 2");
    await jack.sees("meanwhile 2");
    await context.setOffline(false);

    await jill.state(/^Connected$/);
    const all = ["before", "meanwhile 1", "meanwhile 2", "sent into the dead connection", "written while offline"];
    for (const user of [jill, jack]) {
      await user.sees("written while offline");
      assert.deepEqual(await user.said(), all);
    }
    await jill.locator("#waiting").waitFor({ state: "hidden" });
    assert.equal(await jill.field("Message").inputValue(), "not finished yet");
    assert.equal(await jill.locator(".note", { hasText: "While you were away" }).count(), 1);
    assert.equal(await jill.locator(".note", { hasText: "missing" }).count(), 0);
  });

  test("wakes up from a sleep in which its connection was cut, and shows what was said meanwhile once", async (t) => {
    const server = await ownServer(t);
    const network = await startProxy(server.port);
    t.after(() => network.close());
    const jill = await enter(t, `http://127.0.0.1:${network.port}`, "Jill");
    const jack = await enter(t, server.url, "Jack");
    await jack.say("before");
    await jill.sees("before");

    await asleep(jill.page, async () => {
      network.cutAt(0);
      for (const text of ["good night", "are you asleep?"]) await jack.say(text);
      await jack.people(["Jack (you)"]);
    });

    await jill.sees("are you asleep?");
    await jill.state(/^Connected$/);
    assert.deepEqual(await jill.said(), ["before", "good night", "are you asleep?"]);
    assert.equal(await jill.locator(".note", { hasText: "While you were away" }).count(), 1);
    // Her new socket has not spoken yet.
    await jack.people(["Jack (you)", "Guest"]);
  });

  test("counts down while the server is killed, says where messages may be missing, and doubles nothing", async (t) => {
    const server = await ownServer(t);
    const [jill, jack] = [await enter(t, server.url, "Jill"), await enter(t, server.url, "Jack")];
    await jack.say("before");
    await jill.sees("before");

    await server.kill();
    for (const user of [jill, jack]) await user.state(/^\w+, attempt \d+ (in \d+ s|now)$/);
    await jill.say("written while it was down");
    await server.start();

    for (const user of [jill, jack]) {
      await user.state(/^Connected$/);
      await user.sees("written while it was down");
      const note = user.locator(".note", { hasText: "Messages may be missing here" });
      // Kept in memory, what was said before the crash is known to pages only, and they cannot know what they missed.
      if (!IS_CLUSTER) await note.waitFor();
      else assert.equal(await note.count(), 0);
    }
    await jack.say("after");
    for (const user of [jill, jack]) {
      await user.sees("after");
      assert.deepEqual(await user.said(), ["before", "written while it was down", "after"]);
    }
    // Whoever was back first is listed first.
    await jill.peopleInAnyOrder(["Jill (you)", "Jack"]);
  });

  test("says why it gave up, and what to do", async (t) => {
    const { url } = await ownServer(t);
    const jill = await visitDemo(t, browser, { url, name: "Jill" });
    await jill.page.routeWebSocket(/\/rt\//, (socket) => socket.close({ code: 4401, reason: "the token has expired" }));
    await jill.submit();
    await jill.state(/^Gave up: the token has expired \(4401\)$/);
    await jill.problem(/The server refused this client.* Leave, log out and log in again\./);
    await jill.page.routeWebSocket(/\/rt\//, (socket) => socket.close({ code: 1000 }));
    await jill.leave();
    await jill.submit();
    await jill.state(/^Gave up: the connection was closed \(1000\)$/);
    await jill.problem(/Leave, and submit again/);
  });
});

async function ownServer(t) {
  const server = await startServer({ www: DEMO });
  t.after(() => server.dispose());
  return server;
}

async function enter(t, url, name, contextOptions) {
  const visitor = await visitDemo(t, browser, { url, name, ...contextOptions });
  await visitor.enter();
  return visitor;
}

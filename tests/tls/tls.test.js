// The reference server over TLS, with a certificate of its own authority, which Chromium trusts. The original SDK is not
// touched: it connects to wss://HOST without a port, and the browser finds the server there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeHome } from "../support/certificates.js";
import { launchChromium } from "../support/chromium.js";
import { startPages } from "../support/clients.js";
import { visitDemo } from "../support/demo.js";
import { SingleServer } from "../support/single-server.js";
import { room, settings } from "../support/settings.js";
import { User } from "../support/user.js";

const HOST = "xano.test";

let home, server, pages, browser;
// One after the other: when one cannot start, `after` ends those that did.
before(async () => {
  home = await makeHome();
  const rooms = ["talk", "marvel-chat-room"].map((name) => room(name));
  const flags = ["--demo", "--tls", "--tls-name", HOST, "--allow-host", HOST];
  server = new SingleServer({ settings: settings(...rooms), args: flags, env: home.env });
  await server.start();
  await home.trust(home.authority);
  pages = await startPages();
  browser = await launchChromium({
    args: [`--host-resolver-rules=MAP ${HOST}:443 127.0.0.1:${server.port}`],
    env: { ...process.env, ...home.env },
  });
});
after(async () => {
  await browser?.close();
  await pages?.close();
  await server?.dispose();
  await home?.dispose();
});

test("the original as it is and ours chat over TLS in one room", async (t) => {
  const [ours, original] = [await arrive(t, "script"), await arrive(t, "original")];
  await ours.enter("talk");
  await original.enter("talk");
  await ours.present("talk", 2);
  await ours.message("talk", { from: "ours" });
  assert.deepEqual(await original.messages("talk", 1), [{ from: "ours" }]);
  await original.message("talk", "from the original");
  assert.deepEqual(await ours.messages("talk", 2), [{ from: "ours" }, "from the original"]);
});

test("the demo is served and connects over TLS", async (t) => {
  const url = `https://${HOST}/`;
  const [jill, jack] = [
    await visitDemo(t, browser, { url, name: "Jill" }),
    await visitDemo(t, browser, { url, name: "Jack" }),
  ];
  for (const user of [jill, jack]) await user.enter();
  await jill.say("nobody listens in");
  await jack.sees("nobody listens in");
});

test("a browser that does not trust the authority does not connect", async (t) => {
  const stranger = await launchChromium({
    args: [`--host-resolver-rules=MAP ${HOST}:443 127.0.0.1:${server.port}`],
    env: { ...process.env, HOME: home.env.XDG_DATA_HOME },
  });
  t.after(() => stranger.close());
  const page = await stranger.newPage();
  await assert.rejects(page.goto(`https://${HOST}/health`), /ERR_CERT_AUTHORITY_INVALID/);
});

/** A page with one client, which has nothing of the test in its way to the server. */
async function arrive(t, client) {
  const served = { clientSettings: { ...server.clientSettings, apiGroupBaseUrl: `https://${HOST}/api:demo` } };
  const user = await User.arrive({ browser, pages, server: served, client });
  t.after(async () => {
    const uncaught = await user.takeUncaught();
    await user.leave();
    assert.deepEqual(uncaught, [], "errors nobody caught");
  });
  return user;
}

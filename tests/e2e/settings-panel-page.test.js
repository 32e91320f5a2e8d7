// The Realtime Settings panel as a page, served by the real server: its token, its live view, and everybody who uses it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { Member } from "../support/member.js";
import { Owner } from "../support/owner.js";
import { MARKUP, PHONE, serve, serveAlone, settingsOf } from "../support/panel.js";
import { IS_CLUSTER } from "../support/server.js";
import { HASH, room, settings } from "../support/settings.js";

const ROOM = "marvel-chat-room";

let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser?.close());

describe("the token", () => {
  test("is asked for, with where to find it; a wrong one is told in words", async (t) => {
    const server = await serve(t);
    const owner = await Owner.visit(t, browser, server.url);
    assert.equal(await owner.focused(), "Token");
    await owner.page.getByText("admin token in FILE").waitFor();
    for (const wrong of ["guessed", "żółw"]) {
      await owner.enterToken(wrong);
      await owner.problem(/does not accept this token|This is not a token/);
      assert.equal(await owner.field("Token").inputValue(), "");
    }
    assert.equal(await owner.locator("#settings").count(), 0);
    await owner.enterToken(await server.adminToken());
    await owner.field("Enable Realtime").waitFor();
    assert.equal(await owner.focused(), "Enable Realtime");
  });

  test("is in the memory of the page only: not in its address, in storage, in the document, and gone with a reload", async (t) => {
    const server = await serve(t);
    const owner = await Owner.enter(t, browser, server);
    const everything = await owner.page.evaluate(() =>
      [
        location.href,
        JSON.stringify([localStorage, sessionStorage, history.state, document.cookie]),
        document.documentElement.outerHTML,
        ...[...document.querySelectorAll("input")].map((input) => input.value),
      ].join(),
    );
    assert.ok(everything.includes(HASH));
    assert.ok(!everything.includes(await server.adminToken()));
    await owner.page.reload();
    await owner.field("Token").waitFor();
    assert.equal(await owner.locator("#settings").count(), 0);
  });

  const skip = IS_CLUSTER && "several servers are given one token, which stays the same";
  test("is asked for again after the server has started anew, and what was edited is still there", {
    skip,
  }, async (t) => {
    const server = await serve(t, settings(room(ROOM)));
    const owner = await Owner.enter(t, browser, server);
    await owner.channel(0).open();
    await owner.channel(0).field("Description").fill("not saved yet");
    await server.stop();
    await owner.state(/cannot be reached/);
    await server.start();
    await owner.problem(/no longer accepts the token/);
    await owner.page.getByText("Your unsaved changes are still here.").waitFor();
    await owner.enterToken(await server.adminToken());
    await owner.state(/^Live$/);
    assert.equal(await owner.channel(0).field("Description").inputValue(), "not saved yet");
    await owner.save();
  });
});

describe("the live view", () => {
  test("moves when clients join and leave, and when messages flow", async (t) => {
    const server = await serveAlone(t, settings(room(ROOM), room("chat/*", { wildcard: true })));
    const owner = await Owner.enter(t, browser, server);
    await owner.count("Connections", 0);
    await owner.page.getByText("Nobody is on a channel.").waitFor();
    const jill = await Member.join(t, server, ROOM);
    const jack = await Member.join(t, server, ROOM);
    await Member.join(t, server, "chat/avengers");
    await owner.count("Connections", 3);
    await owner.count("Channels", 2);
    await owner.count("Members", 3);
    await owner.row(/chat\/avengers\s+As chat\/\*:\s+0 authenticated, history 0\s+1/);
    for (let i = 0; i < 50; i++) jill.message(i);
    await owner.page.getByRole("img", { name: /, [1-9][\d.]* at most$/ }).waitFor();
    await owner.row(/marvel-chat-room\s+0 authenticated, history 50\s+2/);
    await jack.leave();
    await owner.count("Members", 2);
    assert.equal(await owner.locator("polyline").count(), 1);
  });

  test("looks once a second while the page is visible, and not while it is hidden", async (t) => {
    const server = await serveAlone(t);
    const owner = await Owner.visit(t, browser, server.url);
    await owner.page.clock.install();
    let looks = 0;
    owner.page.on("request", (request) => (looks += request.url().endsWith("/live") ? 1 : 0));
    await owner.enterToken(await server.adminToken());
    await owner.state(/^Live$/);
    const becomes = (visibility) =>
      owner.page.evaluate((visibility) => {
        Object.defineProperty(document, "visibilityState", { value: visibility, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, visibility);
    await becomes("hidden");
    const before = looks;
    await owner.page.clock.runFor(10_000);
    assert.equal(looks, before);
    await becomes("visible");
    await Member.join(t, server, ROOM);
    for (let seen = looks; seen < before + 3; seen = looks) {
      const look = owner.page.waitForResponse((response) => response.url().endsWith("/live"));
      await owner.page.clock.runFor(1000);
      await look;
    }
    await owner.count("Connections", 1);
  });
});

describe("everybody can use it, and nobody abuse it", () => {
  test("markup in channel names and descriptions stays text", async (t) => {
    const server = await serveAlone(
      t,
      settings(room(MARKUP, { description: MARKUP }), room("chat/*", { wildcard: true })),
    );
    await Member.join(t, server, MARKUP);
    await Member.join(t, server, `chat/${MARKUP}`);
    const owner = await Owner.enter(t, browser, server);
    assert.equal((await owner.channel(0).title()).trim(), MARKUP);
    await owner.row(`chat/${MARKUP}`);
    await owner.button("Add a channel").click();
    await owner.page.keyboard.type(MARKUP);
    await owner.button("Save").click();
    await owner.page.getByText(`${JSON.stringify(MARKUP)} stands there twice`, { exact: false }).waitFor();
    assert.equal(await owner.locator("main img:not([role])").count(), 0);
    assert.equal(await owner.page.evaluate(() => window.wasRun), undefined);
  });

  test("can be used by keyboard alone", async (t) => {
    const server = await serve(t);
    const owner = await Owner.visit(t, browser, server.url);
    const press = (key) => owner.page.keyboard.press(key);
    await owner.page.keyboard.insertText(await server.adminToken());
    await press("Enter");
    await owner.state(/^Live$/);
    assert.equal(await owner.focused(), "Enable Realtime");
    await owner.tabTo(ROOM);
    await press("Enter");
    await owner.tabTo("Presence");
    await press("Space");
    await owner.tabTo("Message History");
    await press("Home");
    await owner.tabTo("Save");
    await press("Enter");
    await owner.state(/^\s*Saved\s*$/);
    const { channels } = await settingsOf(server);
    assert.deepEqual([channels[0].presence, channels[0].history], [false, 0]);
    assert.equal(await owner.focused(), "Save");
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`has no accessibility faults that axe-core can find, ${colorScheme}`, async (t) => {
      const server = await serveAlone(t, settings(room(ROOM), room("off", { enabled: false })));
      await Member.join(t, server, ROOM);
      const owner = await Owner.visit(t, browser, server.url, { colorScheme });
      await owner.enterToken("wrong");
      await owner.problem(/does not accept/);
      await owner.hasNoFaults();
      await owner.enterToken(await server.adminToken());
      await owner.state(/^Live$/);
      await owner.channel(0).open();
      await owner.channel(0).switch("Client Public Messaging").uncheck();
      await owner.button("Add a channel").click();
      await owner.button("Save").click();
      await owner.page.getByText("must be 1 to 255 bytes").waitFor();
      await owner.button("Copy the hash").click();
      await owner.row(ROOM);
      await owner.hasNoFaults();
    });
  }

  test("fits a phone without scrolling sideways", async (t) => {
    const long = "w".repeat(200);
    const server = await serveAlone(t, settings(room(long, { description: long })));
    await Member.join(t, server, long);
    const owner = await Owner.visit(t, browser, server.url, PHONE);
    assert.equal(await owner.sidewaysOverflow(), 0);
    await owner.enterToken(await server.adminToken());
    await owner.row(long);
    await owner.channel(0).open();
    await owner.channel(0).field("Description").fill("edited");
    assert.equal(await owner.sidewaysOverflow(), 0);
    assert.equal(await owner.button("Save").isVisible(), true);
  });
});

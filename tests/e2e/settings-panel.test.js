// The Realtime Settings panel, served by the real server, used as the owner of a workspace uses it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { Member } from "../support/member.js";
import { Owner } from "../support/owner.js";
import { IS_CLUSTER, startServer } from "../support/server.js";
import { SingleServer } from "../support/single-server.js";
import { HASH, room, settings } from "../support/settings.js";

const ROOM = "marvel-chat-room";
const PHONE = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };
const MARKUP = "<img src=x onerror='window.wasRun = true'>";

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

describe("the settings", () => {
  test("No closes the sockets of those who are connected, Yes lets them in again", async (t) => {
    const server = await serve(t);
    const [owner, jill] = [await Owner.enter(t, browser, server), await Member.join(t, server, ROOM)];
    await owner.field("Enable Realtime").selectOption("No");
    await owner.state(/Unsaved changes/);
    await owner.save();
    assert.equal(await jill.closed, 1012);
    await assert.rejects(Member.join(t, server, ROOM), /404/);
    await owner.field("Enable Realtime").selectOption("Yes");
    await owner.save();
    await Member.join(t, server, ROOM);
  });

  test("a permission counts for a connected client as soon as it is saved", async (t) => {
    const server = await serve(t);
    const [owner, jill] = [await Owner.enter(t, browser, server), await Member.join(t, server, ROOM)];
    const channel = owner.channel(0);
    await channel.open();
    jill.message("before");
    assert.equal(await jill.hears("message"), "before");
    await channel.switch("Client Public Messaging Authenticated Only").check();
    await owner.save();
    jill.message("may I?");
    assert.match((await jill.hears("error")).message, /Only authenticated clients/);
    await channel.switch("Client Public Messaging").uncheck();
    assert.equal(await channel.switch("Client Public Messaging Authenticated Only").isDisabled(), true);
    await owner.save();
    jill.message("may I?");
    assert.match((await jill.hears("error")).message, /Clients may not send public messages/);
  });

  test("channels are added, edited and removed, and the server has them", async (t) => {
    const server = await serve(t, settings(room(ROOM), room("leaving")));
    const owner = await Owner.enter(t, browser, server);
    await owner.button("Add a channel").click();
    assert.equal(await owner.focused(), "Channel Target");
    await owner.page.keyboard.type("chat/*");
    const added = owner.channel(2);
    await added.switch("Nested channels").check();
    await added.switch("Anonymous Clients").check();
    await added.field("Message History").selectOption("250");
    assert.match(await added.title(), /chat\/\*\s+New, not saved/);
    await owner.channel(1).open();
    await owner.channel(1).remove();
    await owner.save();
    assert.doesNotMatch(await owner.channel(1).title(), /not saved/);
    const { channels } = await settingsOf(server);
    assert.deepEqual(
      channels.map(({ pattern, history, wildcard, presence }) => ({ pattern, history, wildcard, presence })),
      [
        { pattern: ROOM, history: 100, wildcard: false, presence: true },
        { pattern: "chat/*", history: 250, wildcard: true, presence: false },
      ],
    );
    await Member.join(t, server, "chat/avengers");
  });

  test("before saving the panel says which channels lose their members, and which row applies then", async (t) => {
    const nested = room("chat/*", { wildcard: true });
    const server = await serve(t, settings(room("chat/board", { anonymous_clients: true }), nested));
    const member = await Member.join(t, server, "chat/board");
    const owner = await Owner.enter(t, browser, server);
    assert.equal(await owner.locator("#consequences").innerText(), "");
    await owner.channel(0).open();
    await owner.channel(0).switch("Channel Status").uncheck();
    assert.equal(
      await owner.locator("#consequences").innerText(),
      "Channel chat/board: members are put out, and the history is removed. " +
        "The row chat/* applies from then on: anonymous clients may join.",
    );
    await owner.save();
    assert.equal((await member.hears("error")).code, "settings_replaced");
    assert.equal(await owner.locator("#consequences").innerText(), "");
  });

  test("what the panel does not edit stays: the hash and the triggers", async (t) => {
    const triggers = { join: "http://127.0.0.1:9/join" };
    const server = await serve(t, { ...settings(room(ROOM, { triggers })), hash: "another-hash" });
    const owner = await Owner.enter(t, browser, server);
    await owner.channel(0).open();
    await owner.page.getByText(triggers.join).waitFor();
    await owner.channel(0).field("Description").fill("edited");
    await owner.save();
    const { hash, channels } = await settingsOf(server);
    assert.deepEqual([hash, channels[0].triggers, channels[0].description], ["another-hash", triggers, "edited"]);
  });

  test("a value that the server refuses is told beside its field, and the field has the focus", async (t) => {
    const server = await serve(t, settings(room(ROOM), room("chat")));
    const owner = await Owner.enter(t, browser, server);
    await owner.button("Add a channel").click();
    await owner.page.keyboard.type(ROOM);
    await owner.channel(0).open();
    await owner.button("Save").click();
    const field = owner.channel(2).field("Channel Target");
    await owner.page.waitForFunction(
      (field) => field.getAttribute("aria-invalid") === "true",
      await field.elementHandle(),
    );
    assert.match(await describedBy(field), /"marvel-chat-room" stands there twice/);
    assert.equal(await field.evaluate((field) => field === document.activeElement), true);
    assert.equal(await owner.channel(0).field("Channel Target").getAttribute("aria-invalid"), "false");
    await owner.channel(0).remove();
    assert.match(await describedBy(owner.channel(1).field("Channel Target")), /stands there twice/);
    await owner.save();
    assert.deepEqual(
      (await settingsOf(server)).channels.map(({ pattern }) => pattern),
      ["chat", ROOM],
    );
  });

  test("unsaved changes are visible, survive the live view, and can be discarded", async (t) => {
    const server = await serveAlone(t);
    const owner = await Owner.enter(t, browser, server);
    const channel = owner.channel(0);
    await channel.open();
    const description = channel.field("Description");
    await description.fill("half a thought");
    await description.press("Home");
    await Member.join(t, server, ROOM);
    await owner.count("Connections", 1);
    await owner.page.keyboard.type("more than ");
    assert.equal(await description.inputValue(), "more than half a thought");
    await owner.state(/Unsaved changes/);
    assert.match(await channel.title(), /Changed, not saved/);
    await owner.button("Discard changes").click();
    assert.equal(await owner.focused(), "Save");
    assert.doesNotMatch(await channel.title(), /not saved/);
    await channel.open();
    assert.equal(await description.inputValue(), "");
  });

  test("leaving with unsaved changes asks first, and without them does not", async (t) => {
    const server = await serve(t);
    const owner = await Owner.enter(t, browser, server);
    await owner.button("Add a channel").click();
    const asked = owner.page.waitForEvent("dialog");
    await owner.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.dismiss();
    await owner.button("Discard changes").click();
    await owner.page.reload();
    await owner.field("Token").waitFor();
  });

  test("the hash is copied, and that is said", async (t) => {
    const server = await serve(t);
    const owner = await Owner.enter(t, browser, server, { permissions: ["clipboard-read", "clipboard-write"] });
    assert.equal(await owner.field("Connection Hash").inputValue(), HASH);
    await owner.button("Copy the hash").click();
    await owner.state(/Copied to the clipboard/);
    assert.equal(await owner.page.evaluate(() => navigator.clipboard.readText()), HASH);
  });

  test("where the browser does not let a page copy, the hash is selected and that is said", async (t) => {
    const server = await serve(t);
    const owner = await Owner.enter(t, browser, server);
    await owner.page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await owner.button("Copy the hash").click();
    await owner.state(/copy it with Ctrl and C/);
    assert.equal(await owner.page.evaluate(() => getSelection().toString()), HASH);
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

/** A server for one test; without settings it has the built-in ones. */
async function serve(t, settings) {
  const server = await startServer({ settings });
  t.after(() => server.dispose());
  return server;
}

/** The live view is about the server that serves it, so whoever is to be seen there has to be on that one. */
async function serveAlone(t, settings) {
  const server = new SingleServer({ settings });
  await server.start();
  t.after(() => server.dispose());
  return server;
}

/** The settings in force. Several servers are asked until all of them have the same: each hears of a change by itself. */
async function settingsOf(server) {
  const headers = { authorization: `Bearer ${await server.adminToken()}` };
  const inForce = ({ url }) =>
    fetch(`${url}/api:meta/workspace/1/realtime`, { headers }).then((answer) => answer.text());
  const signal = AbortSignal.timeout(30_000);
  for (;;) {
    const texts = new Set(await Promise.all((server.nodes ?? [server]).map(inForce)));
    if (texts.size === 1) return JSON.parse([...texts][0]);
    signal.throwIfAborted();
  }
}

/** What a screen reader adds to the name of the field. */
function describedBy(field) {
  return field.evaluate((field) => {
    const ids = field.getAttribute("aria-describedby").split(" ");
    return ids.map((id) => document.getElementById(id).textContent).join(" ");
  });
}

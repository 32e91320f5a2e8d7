// The settings on the Realtime Settings panel, served by the real server, edited as the owner of a workspace edits them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { Member } from "../support/member.js";
import { Owner } from "../support/owner.js";
import { describedBy, serve, serveAlone, settingsOf } from "../support/panel.js";
import { HASH, room, settings } from "../support/settings.js";

const ROOM = "marvel-chat-room";

let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser?.close());

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

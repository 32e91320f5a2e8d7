// The Realtime servers of V2 on the Realtime Settings panel, served by the real server.

import assert from "node:assert/strict";
import { on, once } from "node:events";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { launchChromium } from "../support/chromium.js";
import { Owner } from "../support/owner.js";
import { describedBy, MARKUP, PHONE, serveAlone, settingsOf } from "../support/panel.js";
import { channel, message, server } from "../support/realtime-servers.js";
import { IS_CLUSTER, startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";

let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser?.close());

test("a server with a channel, a parameter, a message and a field is added, and the server has it", async (t) => {
  const served = await serveAlone(t, settings(room("lobby")));
  const owner = await Owner.enter(t, browser, served);
  await owner.page.getByText("No Realtime servers").waitFor();
  await owner.button("Add a Realtime server").click();
  assert.equal(await owner.focused(), "Server Name");
  await owner.page.keyboard.type("main");
  const main = owner.titled("main");
  await main.field("Canonical").fill("rtmain01");
  await main.field("Handshake Delay").fill("250");
  await main.field("Connect Trigger").fill("https://hooks.example/connect");

  await main.button("Add a channel").click();
  assert.equal(await owner.focused(), "Channel Template");
  await owner.page.keyboard.type("rooms/{id}");
  const rooms = owner.titled("rooms/{id}");
  await rooms.switch("Anonymous Clients").check();
  await rooms.field("Who May Send").selectOption("Anyone");
  await rooms.switch("Transcript").check();
  await rooms.field("Messages Kept").fill("50");
  await rooms.field("Delivery").selectOption("At least once");
  await rooms.button("Add a parameter").click();
  await owner.page.keyboard.type("id");
  await rooms.field("Type").selectOption("Whole number");

  await rooms.button("Add a message").click();
  await owner.page.keyboard.type("send");
  const send = owner.titled("send");
  await send.field("Table of Users").fill("5");
  await send.field("Deliver To").selectOption("The others");
  await send.button("Add a field").click();
  await owner.page.keyboard.type("body");
  await send.switch("Required").check();
  assert.match(await main.title(), /main\s+New, not saved/);
  await owner.save();
  assert.doesNotMatch(await main.title(), /not saved/);

  const input = [{ name: "body", type: "text", required: true, description: "" }];
  const triggers = { connect: "https://hooks.example/connect", disconnect: null };
  const expected = channel("rooms/{id}", {
    publish: { who: "anyone", direct: false },
    conversation: { enabled: true, limit: 50, ttl: 0 },
    delivery: { guarantee: "at_least_once", per_recipient: false },
    messages: [{ ...message("send"), auth: 5, deliver_to: "others", input }],
  });
  const { channels, servers } = await settingsOf(served);
  assert.deepEqual(servers, [
    { ...server("main", expected), canonical: "rtmain01", handshake_delay_ms: 250, triggers },
  ]);
  assert.deepEqual(channels, [room("lobby")], "the channels of V1 stay as they were");
});

test("what is in force is shown, edited, switched off and removed", async (t) => {
  const send = { ...message("send"), auth: 5, handler: "https://hooks.example/send" };
  const served = await serveAlone(t, v2(server("main", channel("lobby", { messages: [send] }), channel("staff"))));
  const owner = await Owner.enter(t, browser, served);
  const [main, lobby, staff, shown] = ["main", "lobby", "staff", "send"].map((title) => owner.titled(title));
  await main.open();
  await lobby.open();
  await shown.open();
  assert.equal(await shown.field("Table of Users").inputValue(), "5");
  assert.equal(await shown.field("Handler").inputValue(), "https://hooks.example/send");
  await shown.field("Table of Users").fill("");
  await shown.field("Handler").fill("");
  await shown.switch("Message Status").uncheck();
  assert.match(await shown.title(), /send\s+Off\s+Changed, not saved/);
  await staff.open();
  await staff.button("Remove this channel").click();
  assert.equal(await owner.focused(), "Add a channel");
  const emptied = "Channel staff of main: members are put out, transcript and stream are removed.";
  assert.equal(await owner.locator("#consequences").innerText(), emptied);
  await owner.save();
  assert.equal(await owner.locator("#consequences").innerText(), "");
  const { servers } = await settingsOf(served);
  assert.deepEqual(servers, [server("main", channel("lobby", { messages: [{ ...message("send"), active: false }] }))]);
  await main.switch("Server Status").uncheck();
  assert.equal(await owner.locator("#consequences").innerText(), "Server main: every connection is closed.");
  await owner.button("Discard changes").click();
  await main.open();
  await main.button("Remove this Realtime server").click();
  await owner.save();
  assert.equal((await settingsOf(served)).servers, undefined);
});

test("what the server refuses is told beside its field, at every depth, and the field has the focus", async (t) => {
  const rooms = channel("rooms/{id}", { messages: [message("send")] });
  const served = await serveAlone(t, v2(server("other"), server("main", channel("lobby"), rooms)));
  const owner = await Owner.enter(t, browser, served);
  const row = { main: owner.titled("main"), rooms: owner.titled("rooms/{id}"), send: owner.titled("send") };
  const before = await settingsOf(served);
  await row.main.open();
  await row.rooms.open();
  await row.send.open();

  async function isRefused(field, value, words) {
    const was = await field.inputValue();
    await field.fill(value);
    await owner.button("Save").click();
    await owner.page.waitForFunction(
      (field) => field.getAttribute("aria-invalid") === "true" && field === document.activeElement,
      await field.elementHandle(),
    );
    assert.match(await describedBy(field), words);
    await field.fill(was);
    assert.equal(await field.getAttribute("aria-invalid"), "false");
  }

  await isRefused(row.main.field("Canonical"), "other", /^"other" stands there twice/);
  await isRefused(row.main.field("Canonical"), "a b", /must be 1 to 128 characters/);
  await isRefused(row.main.field("Handshake Delay"), "-1", /invalid value/);
  await isRefused(row.main.field("Connect Trigger"), "hooks.example", /must be an http/);
  await isRefused(row.rooms.field("Messages Kept"), "", /invalid type: null/);
  await isRefused(row.rooms.field("Join Trigger"), "ftp://x", /must be an http/);
  await isRefused(row.rooms.field("Name"), "room_id", /"rooms\/\{id\}" has no parameter \{room_id\}/);
  await isRefused(row.send.field("Table of Users"), "0", /must be false, or the dbo_id/);
  await isRefused(row.send.field("Name"), "", /must be 1 to 255 bytes/);
  await owner.titled("lobby").open();
  await owner.titled("lobby").field("Channel Template").fill("rooms/{other}");
  await owner.button("Save").click();
  await owner.page.getByText('matches the same names as "rooms/{other}"').waitFor();
  assert.equal(await row.rooms.field("Channel Template").getAttribute("aria-invalid"), "true");
  assert.deepEqual(await settingsOf(served), before);
});

test("a refused field is unfolded with all that is around it", async (t) => {
  const served = await serveAlone(t, v2(server("main", channel("lobby", { messages: [message("send")] }))));
  const owner = await Owner.enter(t, browser, served);
  const [main, lobby, send] = ["main", "lobby", "send"].map((title) => owner.titled(title));
  for (const row of [main, lobby, send]) await row.open();
  await send.field("Handler").fill("nowhere");
  for (const row of [send, lobby, main]) await row.open();
  assert.equal(await send.field("Handler").isVisible(), false);
  await owner.button("Save").click();
  await send.field("Handler").waitFor({ state: "visible" });
  assert.match(await describedBy(send.field("Handler")), /must be an http/);
});

const skip = !IS_CLUSTER && "there is one server: it has Realtime V2";
test("several servers refuse Realtime servers, and the panel tells why", { skip }, async (t) => {
  const served = await startServer({});
  t.after(() => served.dispose());
  const owner = await Owner.enter(t, browser, served);
  await owner.button("Add a Realtime server").click();
  await owner.page.keyboard.type("main");
  await owner.titled("main").field("Canonical").fill("rtmain01");
  await owner.button("Save").click();
  await owner.problem(/Realtime V2 is kept in the memory of one server/);
});

test("the live view has the members and the messages of a channel of V2", async (t) => {
  const talk = { publish: { who: "anyone", direct: false }, conversation: { enabled: true, limit: 50, ttl: 0 } };
  const rooms = channel("rooms/{id}", { ...talk, messages: [{ ...message("send"), input: [] }] });
  const served = await serveAlone(t, v2(server("main", rooms)));
  const owner = await Owner.enter(t, browser, served);
  const jill = new WebSocket(`ws://127.0.0.1:${served.port}/ws/main`);
  t.after(() => jill.close());
  const frames = on(jill, "message", { signal: AbortSignal.timeout(20_000) });
  const action = async () => JSON.parse((await frames.next()).value[0]).action;
  const hears = async (wanted) => {
    while ((await action()) !== wanted);
  };
  const says = (frame) => jill.send(JSON.stringify({ ...frame, options: { channel: "rooms/7" } }));
  await once(jill, "open");
  // A ping before the server is ready is answered with an error.
  do says({ action: "ping" });
  while ((await action()) !== "pong");
  says({ action: "join" });
  await hears("join");
  await owner.row(/rooms\/7\s+On main:\s+As rooms\/\{id\}:\s+0 authenticated, history 0\s+1/);
  says({ action: "broadcast", type: "send", payload: "hello" });
  await owner.row(/rooms\/7\s+On main:\s+As rooms\/\{id\}:\s+0 authenticated, history 1\s+1/);
  await owner.count("Connections", 1);
  await owner.count("Members", 1);
  jill.close();
  await owner.count("Members", 0);
});

test("markup in names, templates and descriptions stays text", async (t) => {
  const odd = channel(MARKUP, { description: MARKUP, messages: [{ ...message(MARKUP), description: MARKUP }] });
  const served = await serveAlone(t, v2({ ...server("main", odd), name: MARKUP, description: MARKUP }));
  const owner = await Owner.enter(t, browser, served);
  for (const summary of await owner.locator("summary").all()) await summary.click();
  assert.equal(await owner.locator("main img:not([role])").count(), 0);
  assert.equal(await owner.page.evaluate(() => window.wasRun), undefined);
});

for (const colorScheme of ["light", "dark"]) {
  test(`has no accessibility faults that axe-core can find, ${colorScheme}`, async (t) => {
    const rooms = channel("rooms/{id}", { messages: [message("send")] });
    const served = await serveAlone(t, v2(server("main", rooms, channel("off", { active: false }))));
    const owner = await Owner.enter(t, browser, served, { colorScheme });
    for (const title of ["main", "rooms/{id}", "send"]) await owner.titled(title).open();
    await owner.titled("send").field("Handler").fill("nowhere");
    await owner.button("Save").click();
    await owner.page.getByText("must be an http").waitFor();
    await owner.hasNoFaults();
  });
}

test("fits a phone without scrolling sideways", async (t) => {
  const long = "w".repeat(200);
  const rooms = channel(`${"w".repeat(190)}/{id}`, { messages: [message(long)] });
  const served = await serveAlone(t, v2({ ...server("main", rooms), name: long }));
  const owner = await Owner.enter(t, browser, served, PHONE);
  for (const title of [long, rooms.name]) await owner.titled(title).open();
  assert.equal(await owner.sidewaysOverflow(), 0);
});

function v2(...servers) {
  return { ...settings(), servers };
}

// The Marvel chat in Rust beside the one in JavaScript: both on one server, in one room.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { DEMO, visitDemo } from "../support/demo.js";
import { LEPTOS_CHAT, requireLeptosChat, visitLeptosChat } from "../support/leptos-chat.js";
import { startProxy } from "../support/proxy.js";
import { startServer } from "../support/server.js";
import { startStaticServer } from "../support/static-server.js";
import { Visitor } from "../support/visitor.js";

let server, site, browser;
before(async () => {
  requireLeptosChat();
  server = await startServer({ www: DEMO });
  site = await startStaticServer({ folders: { "/": LEPTOS_CHAT } });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await server?.dispose();
});

const inRust = (t, name) => visitLeptosChat(t, browser, `${site.url}/index.html`, server, name);
const inJavaScript = (t, name) => visitDemo(t, browser, { url: server.url, name });
const here = (visitor, words) => visitor.locator("#people").filter({ hasText: words }).waitFor();

test("Rust and JavaScript chat with each other, and know of each other", async (t) => {
  const [rust, script] = [await inRust(t, "Jill in Rust"), await inJavaScript(t, "Jack in JavaScript")];
  await rust.enter();
  await script.enter();
  await here(rust, /^2 here$/);

  await rust.say("Avengers, assemble");
  await script.sees("Avengers, assemble");
  await script.say("I am on my way");
  await rust.sees("I am on my way");

  assert.match((await rust.said()).at(-1), /Jack in JavaScript\s*I am on my way/);
  await rust.leave();
  await script.page.waitForFunction(() => document.querySelectorAll("#people li").length === 1);
});

test("who comes later is shown what was said, and a payload that is none is named", async (t) => {
  const script = await inJavaScript(t, "Jack");
  await script.enter();
  await script.page.evaluate(() => {
    const client = new XanoClient({
      apiGroupBaseUrl: document.getElementById("base-url").value,
      realtimeConnectionHash: document.getElementById("hash").value,
    });
    client.channel("marvel-chat-room").message({ name: "Odd", text: 7 });
  });
  await script.say("Said before");
  await script.sees("Said before");

  const rust = await inRust(t, "Jill");
  await rust.enter();

  await rust.sees("Said before");
  await rust
    .locator(".note")
    .filter({ hasText: /`text` does not fit/ })
    .waitFor();
});

test("the chat in Rust survives a restart of the server, and tells so", async (t) => {
  const rust = await inRust(t, "Jill");
  await rust.enter();

  await server.stop();
  await rust.state(/^Connecting again$/);
  await rust.say("Are you there?");
  await server.start();

  await rust.state(/^Connected$/);
  await rust.sees("Are you there?");
});

test("what was said while the connection was gone is there afterwards, once", async (t) => {
  const proxy = await startProxy(server.port);
  t.after(() => proxy.close());
  const rust = await inRust(t, "Jill");
  await rust.field("API group base URL").fill(`http://127.0.0.1:${proxy.port}/api:demo`);
  await rust.enter();
  const script = await inJavaScript(t, "Jack");
  await script.enter();
  await script.say("Before the cut");
  await rust.sees("Before the cut");

  proxy.shut();
  await rust.state(/^Connecting again$/);
  await script.say("During the cut");
  await script.sees("During the cut");
  proxy.open();

  await rust.sees("During the cut");
  await script.say("After the cut");
  await rust.sees("After the cut");
  const said = (await rust.said()).filter((entry) => entry.includes("the cut"));
  assert.deepEqual(
    said.map((entry) => /(Before|During|After)/.exec(entry)[1]),
    ["Before", "During", "After"],
  );
});

test("a server that has forgotten what was said leaves a gap, which is shown", async (t) => {
  const rust = await inRust(t, "Jill");
  await rust.enter();

  await server.kill();
  await server.start();

  await rust
    .locator(".note")
    .filter({ hasText: /^Messages are missing here/ })
    .waitFor();
});

test("from our server the form is filled in: a name is all it takes", async (t) => {
  const own = await startServer({ www: LEPTOS_CHAT });
  t.after(() => own.dispose());
  const context = await browser.newContext();
  t.after(() => context.close());
  const jill = new Visitor(await context.newPage());
  await jill.page.goto(own.url);
  await jill.page.waitForFunction(() => document.getElementById("hash").value !== "");

  await jill.field("Your name").fill("Jill");
  await jill.enter();
});

test("a page in Rust carries nothing of the JavaScript facade", async () => {
  const glue = await readFile(join(LEPTOS_CHAT, "leptos_chat.js"), "utf8");
  const program = await readFile(join(LEPTOS_CHAT, "leptos_chat_bg.wasm"), "latin1");

  for (const word of ["XanoRealtimeChannel", "channel_open", "wire.js", "Memberships"]) {
    assert.ok(!glue.includes(word), `${word} is in the glue`);
    assert.ok(!program.includes(word), `${word} is in the program`);
  }
  assert.match(glue, /WebSocket/);
});

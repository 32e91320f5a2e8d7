// A person who has never seen the project follows the words of the READMEs, with the local server in place of Xano.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { launchChromium } from "../support/chromium.js";
import { blocksOf } from "../support/readme.js";
import { IS_CLUSTER, startServer } from "../support/server.js";
import { HASH, room, settings } from "../support/settings.js";
import { startStaticServer } from "../support/static-server.js";

const ROOT = join(import.meta.dirname, "../..");
const README = join(ROOT, "pkg/README.md");
const TEXT = readFileSync(README, "utf8");
const CDN_TAG = /<script src="https:\/\/cdn\.jsdelivr\.net\/npm\/xano-wasm@[\d.]+\/dist\/xano\.min\.js"><\/script>/;
/** The Chromium that asks before a socket to the local network is opened. */
const ASKS_SINCE = 147;
const SETTINGS = /\{\s+instanceBaseUrl: "[^"]+",\s+realtimeConnectionHash: "[^"]+",\s+\}/;
const FIRST_LINES = / *const client = new XanoClient\(\{[^}]+\}\);\n *const channel = .+\n/;
const INSTANCE = "https://x8ki-letl-twmt.n7.xano.io/";
/** What the README gives for the HTML file on V2. */
const LINES_ON_V2 = blocksOf(README).find(
  ({ content }) => content.includes(INSTANCE) && content.includes('messageType: "send"'),
).content;

let server, browser, folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "xano-readme-"));
  server = await startServer();
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.dispose();
  if (folder) rmSync(folder, { recursive: true });
});

describe("from the README to a chat", () => {
  test("the root README names the command and the HTML file, and both are there", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.match(readme, /`npm start`/);
    assert.ok(scripts.start);
    assert.match(readme, /\]\(pkg-template\/README\.md#one-html-file\)/);
    assert.match(TEXT, /^## One HTML file$/m);
  });

  test("the one HTML file, saved and opened in two tabs, chats with itself", async (t) => {
    const [jill, jack] = [await openChat(t), await openChat(t)];
    await jill.locator("#state", { hasText: /^connected$/ }).waitFor();
    await say(jill, "#text", "Hello, Avengers");
    for (const tab of [jill, jack]) await tab.locator("#messages p", { hasText: /^Hello, Avengers$/ }).waitFor();
    assert.equal(await jill.locator("#text").inputValue(), "", "the field is cleared");
  });

  test("its field sends no empty line, and the history is there once after a reload and after a reconnect", async (t) => {
    const jill = await openChat(t);
    await say(jill, "#text", "   ");
    await say(jill, "#text", "the only line");
    const line = jill.locator("#messages p", { hasText: /^the only line$/ });
    await line.waitFor();
    assert.equal(await jill.locator("#messages p", { hasText: /^\s*$/ }).count(), 0);
    await jill.reload();
    await line.waitFor();
    await jill.evaluate("client.realtimeReconnect()");
    await say(jill, "#text", "after the reconnect");
    await jill.locator("#messages p", { hasText: "after the reconnect" }).waitFor();
    assert.equal(await line.count(), 1);
  });

  const noCurl = spawnSync("curl", ["--version"]).status !== 0 && "curl is not installed";
  test("an event of the workspace reaches the page by the command of the README", { skip: noCurl }, async (t) => {
    const jill = await openChat(t);
    await jill.locator("#state", { hasText: /^connected$/ }).waitFor();
    await say(jill, "#text", "here");
    await jill.locator("#messages p", { hasText: /^here$/ }).waitFor();
    await sentByWorkspace("/event");
    await jill.locator("#messages p", { hasText: /"score":3/ }).waitFor();
  });

  const noV2 = IS_CLUSTER && "servers on one Redis have no Realtime V2";
  test("on Realtime V2, with the lines that the README gives, messages come once, after a reconnect too", {
    skip: noV2,
  }, async (t) => {
    const [jill, jack] = [await openChat(t, LINES_ON_V2), await openChat(t, LINES_ON_V2)];
    await say(jill, "#text", "Hello on V2");
    for (const tab of [jill, jack]) await tab.locator("#messages p", { hasText: /^Hello on V2$/ }).waitFor();
    await jill.evaluate("client.realtimeReconnect()");
    await say(jill, "#text", "after the reconnect");
    await jill.locator("#messages p", { hasText: "after the reconnect" }).waitFor();
    assert.equal(await jill.locator("#messages p", { hasText: /^Hello on V2$/ }).count(), 1);
  });

  test("a message of the workspace reaches the page on V2 by the command of the README", {
    skip: noCurl || noV2,
  }, async (t) => {
    const jill = await openChat(t, LINES_ON_V2);
    await say(jill, "#text", "here on V2");
    await jill.locator("#messages p", { hasText: /^here on V2$/ }).waitFor();
    await sentByWorkspace("/publish");
    await jill.locator("#messages p", { hasText: /"score":3/ }).waitFor();
  });
});

describe("the recipe for Webflow", () => {
  test("sends without reloading, clears the field, sends no empty line, and shows history and objects", async (t) => {
    const [jill, jack] = [await openWebflow(t), await openWebflow(t)];
    await jill.evaluate("window.isSamePage = true");
    await jill.locator("#chat-name").fill("Jill");
    await say(jill, "#chat-text", "  ");
    await say(jill, "#chat-text", "Hello from Webflow");
    for (const tab of [jill, jack]) await tab.locator("p", { hasText: /^Jill: Hello from Webflow$/ }).waitFor();
    assert.equal(await jill.locator("#chat-text").inputValue(), "");
    assert.equal(await jill.evaluate("window.isSamePage"), true);
    assert.equal(await jill.locator("#chat-messages p", { hasText: /^Jill: $/ }).count(), 0);
    await jill.evaluate("channel.message({ score: 3 })");
    await jack.locator("p", { hasText: /^\{"score":3\}$/ }).waitFor();
    await jack.reload();
    await jack.locator("p", { hasText: /^Jill: Hello from Webflow$/ }).waitFor();
  });

  test("shows what is wrong", async (t) => {
    const strict = await startServer({ settings: settings(room("another-room")) });
    t.after(() => strict.dispose());
    const jill = await openWebflow(t, strict);
    await jill.locator("#chat-problem", { hasText: "No settings for channel name" }).waitFor();
  });
});

test("a page of the web reaches the local server after the permission that the README names, and not before", async (t) => {
  const site = await startStaticServer({ pages: { "/": "<!doctype html><title>a page of the web</title>" } });
  t.after(() => site.close());
  const { port } = new URL(site.url);
  // Chromium is told that this server is somewhere in the web.
  const web = await launchChromium({ args: [`--ip-address-space-overrides=127.0.0.1:${port}=public`] });
  t.after(() => web.close());
  const version = Number.parseInt(web.version(), 10);
  if (version < ASKS_SINCE) return t.skip(`Chromium ${version} does not ask: ${ASKS_SINCE} and newer do`);
  const connects = async (permissions) => {
    const context = await web.newContext({ permissions });
    const page = await context.newPage();
    const lines = [];
    page.on("console", (line) => lines.push(line.text()));
    await page.goto(site.url);
    const opened = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = () => resolve(true);
          socket.onclose = () => resolve(false);
        }),
      server.socketUrl,
    );
    return { opened, said: lines.join("\n") };
  };

  const before = await connects([]);
  assert.equal(before.opened, false);
  const error = /net::ERR_[A-Z_]*LOCAL_NETWORK[A-Z_]*/.exec(TEXT)[0];
  assert.ok(before.said.includes(error), before.said);
  const permission = /the permission `([a-z-]+)`/.exec(TEXT)[1];
  assert.equal((await connects([permission])).opened, true);
});

/** Runs the command of the README for this endpoint. */
async function sentByWorkspace(endpoint) {
  const isCommand = ({ content }) => content.startsWith("curl ") && content.includes(`realtime${endpoint} `);
  const { content } = blocksOf(README).find(isCommand);
  const env = { ...process.env, ADMIN_TOKEN: await server.adminToken() };
  // Not synchronously: the balancer before several servers runs in this process.
  const { stdout } = await promisify(execFile)("sh", ["-c", atServer(content)], { env });
  assert.ok(JSON.parse(stdout).members >= 1);
}

/**
 * Opens the HTML file of the README in a tab of its own, with the script's address before the first publication. `lines`
 * replace the first lines of the script.
 */
async function openChat(t, lines) {
  const { content } = blocksOf(README).find((block) => block.content.startsWith("<!doctype html>"));
  const [, tag] = /beside your file, and write `(<script[^`]+)`/.exec(TEXT);
  copyFileSync(join(ROOT, "pkg/dist/xano.min.js"), join(folder, "xano.min.js"));
  const file = join(folder, "chat.html");
  const html = lines ? content.replace(FIRST_LINES, () => lines.replace(INSTANCE, server.url)) : withSettings(content);
  writeFileSync(file, html.replace(CDN_TAG, tag));
  return openTab(t, pathToFileURL(file).href);
}

/** A published page with the code of the recipe. */
async function openWebflow(t, target = server) {
  const { content } = blocksOf(README).find((block) => block.content.includes("chat-form"));
  const embed = withSettings(content, target).replace(CDN_TAG, '<script src="/dist/xano.min.js"></script>');
  const site = await startStaticServer({
    pages: { "/": `<!doctype html><title>Webflow</title><div class="w-embed w-script">${embed}</div>` },
    folders: { "/dist/": join(ROOT, "pkg/dist") },
  });
  t.after(() => site.close());
  return openTab(t, site.url);
}

async function openTab(t, url) {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  t.after(async () => {
    await page.close();
    assert.deepEqual(faults, []);
  });
  await page.goto(url);
  return page;
}

/** With the settings that the README gives for the local server. */
function withSettings(html, target = server) {
  const [ours] = SETTINGS.exec(TEXT.slice(TEXT.indexOf("## Local server")));
  assert.ok(ours.includes(HASH));
  assert.match(html, SETTINGS);
  return html.replace(SETTINGS, atServer(ours, target));
}

function atServer(text, target = server) {
  assert.ok(text.includes("http://127.0.0.1:8080"));
  return text.replaceAll("http://127.0.0.1:8080", target.url);
}

async function say(page, field, line) {
  await page.locator(field).fill(line);
  await page.getByRole("button", { name: "Send" }).click();
}

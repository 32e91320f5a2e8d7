// The Marvel chat demo page, served by the real server, used as people use it.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { DEMO, PHONE, visitDemo } from "../support/demo.js";
import { startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";
import { startStaticServer } from "../support/static-server.js";

const STRICT_CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self' ws:";

let server, browser;
// One after the other: when the second cannot start, `after` ends the first.
before(async () => {
  server = await startServer({ args: ["--demo"] });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.dispose();
});

test("the program holds the demo as it was built last", async () => {
  const entries = await readdir(DEMO, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  assert.ok(files.some(({ name }) => name === "xano.min.js"));
  for (const { parentPath, name } of files) {
    const file = join(parentPath, name);
    const answer = await fetch(`${server.url}/${relative(DEMO, file).replaceAll("\\", "/")}`);
    assert.equal(answer.status, 200, file);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(file), file);
  }
});

describe("the form", () => {
  test("is filled in by our server: Submit is all it takes", async (t) => {
    const jill = await visit(t);
    assert.equal(await jill.field("API group base URL").inputValue(), `${server.url}/api:demo`);
    assert.equal(await jill.field("Connection Hash").inputValue(), server.clientSettings.realtimeConnectionHash);
    await jill.submit();
    await jill.state(/^Connected$/);
  });

  test("stays empty where no server of ours answers, and nothing breaks", async (t) => {
    const site = await startStaticServer({ folders: { "/": DEMO } });
    t.after(() => site.close());
    const page = await visit(t, { url: `${site.url}/index.html` });
    await page.submit();
    assert.equal(await page.field("API group base URL").inputValue(), "");
    assert.equal(await page.field("API group base URL").evaluate((field) => field === document.activeElement), true);
    assert.equal(await page.locator("#room").isVisible(), false);
  });

  test("keeps what was filled in when the tab is reloaded", async (t) => {
    const jill = await visit(t, { name: "Jill of Wakanda" });
    await jill.enter();
    await jill.page.reload();
    assert.equal(await jill.field("Your name").inputValue(), "Jill of Wakanda");
  });

  test("tells in words what keeps the client from starting", async (t) => {
    const jill = await visit(t);
    await jill.page.evaluate(() => {
      window.XanoClient = class {
        constructor() {
          throw new Error("WebAssembly is switched off");
        }
      };
    });
    await jill.submit();
    await jill.problem(/WebAssembly is switched off/);
    assert.equal(await jill.locator("#entrance").isVisible(), true);
  });

  test("works on a page of another server, under a strict content security policy", async (t) => {
    const html = await readFile(join(DEMO, "index.html"), "utf8");
    const policy = `<meta http-equiv="Content-Security-Policy" content="${STRICT_CSP}">`;
    const site = await startStaticServer({
      pages: { "/strict.html": html.replace("<head>", `<head>${policy}`) },
      folders: { "/": DEMO },
    });
    t.after(() => site.close());
    const jill = await visit(t, { url: `${site.url}/strict.html`, name: "Jill" });
    await jill.field("API group base URL").fill(server.clientSettings.apiGroupBaseUrl);
    await jill.field("Connection Hash").fill(server.clientSettings.realtimeConnectionHash);
    await jill.enter();
    await jill.say("no inline code here");
    await jill.sees("no inline code here");
  });
});

describe("the room", () => {
  test("two users chat, and both see every message once", async (t) => {
    const [jill, jack] = [await enter(t, "Jill"), await enter(t, "Jack")];
    await jill.say("Is anybody here from Asgard?");
    await jack.sees("Is anybody here from Asgard?");
    await jack.say("Just visiting.");
    for (const user of [jill, jack]) {
      await user.sees("Just visiting.");
      assert.equal(await user.bubbles("Is anybody here from Asgard?").count(), 1);
      assert.equal(await user.bubbles("Just visiting.").count(), 1);
    }
    assert.equal(await jill.locator(".message.mine", { hasText: "Is anybody here from Asgard?" }).count(), 1);
    assert.equal(await jack.locator(".message.mine", { hasText: "Is anybody here from Asgard?" }).count(), 0);
  });

  test("who comes later reads what was said before, and again after a reload", async (t) => {
    const jill = await enter(t, "Jill");
    await jill.say("said before John came");
    await jill.sees("said before John came");
    const john = await enter(t, "John");
    await john.sees("said before John came");
    await john.page.reload();
    await john.enter();
    await john.sees("said before John came");
    assert.equal(await john.bubbles("said before John came").count(), 1);
  });

  test("lists who is here, by name once they spoke, and marks the user", async (t) => {
    const jill = await enter(t, "Jill");
    await jill.people(["Jill (you)"]);
    const jack = await enter(t, "Jack");
    await jill.people(["Jill (you)", "Guest"]);
    await jack.say("hello from Jack");
    await jill.people(["Jill (you)", "Jack"]);
    await jill.say("hello from Jill");
    await jack.people(["Jill", "Jack (you)"]);
    await jack.leave();
    await jill.people(["Jill (you)"]);
    await jill.locator(".note", { hasText: "Jack left" }).waitFor();
  });

  test("markup in names and messages stays text", async (t) => {
    const markup = "<img src=x onerror='window.wasRun = true'>";
    const [mallory, jill] = [await enter(t, markup.slice(0, 40)), await enter(t, "Jill")];
    await mallory.say(markup);
    await mallory.say("<script>window.wasRun = true</script>");
    for (const user of [mallory, jill]) {
      await user.sees(markup);
      await user.sees("<script>window.wasRun = true</script>");
      await user.locator(".name", { hasText: "<img src=x onerror=" }).first().waitFor({ state: "attached" });
      assert.equal(await user.locator("#room img, #room script").count(), 0);
      assert.equal(await user.page.evaluate(() => window.wasRun), undefined);
    }
  });

  test("whatever other clients send is shown as text", async (t) => {
    const [jill, other] = [await enter(t, "Jill"), await visit(t)];
    const payloads = ["plain words", null, 42, { deep: [{ er: true }] }, { text: 7 }, { name: {}, text: "nameless" }];
    await other.page.evaluate(
      ([settings, payloads]) => {
        const channel = new XanoClient(settings).channel("marvel-chat-room", { queueOfflineActions: true });
        channel.on("connection_status", () => payloads.forEach((payload) => channel.message(payload)));
      },
      [server.clientSettings, payloads],
    );
    for (const text of ["plain words", "null", "42", '{"deep":[{"er":true}]}', '{"text":7}', "nameless"])
      await jill.sees(text);
  });

  test("follows the newest message, but not while the user reads older ones", async (t) => {
    const jill = await enter(t, "Jill");
    for (let i = 1; i <= 20; i++) await jill.say(`line ${i} of a long talk`);
    await jill.sees("line 20 of a long talk");
    await jill.page.waitForFunction(() => isAtBottom());
    await jill.page.evaluate(() => showProblem("takes room from the list"));
    await jill.page.waitForFunction(() => isAtBottom());
    await jill.locator("#log").evaluate((log) => (log.scrollTop = 0));
    const jack = await enter(t, "Jack");
    await jack.say("news from Jack");
    await jill.page.getByRole("button", { name: "New messages" }).click();
    await jill.page.waitForFunction(() => isAtBottom());
  });

  test("can be used by keyboard alone", async (t) => {
    const jill = await visit(t, { name: "Jill" });
    const press = (key) => jill.page.keyboard.press(key);
    await jill.page.locator("body").evaluate(() => document.activeElement.blur());
    await jill.tabTo("Your name");
    await press("Enter");
    await jill.state(/^Connected$/);
    await jill.page.keyboard.type("first line");
    await press("Shift+Enter");
    await jill.page.keyboard.type("second line");
    await press("Enter");
    await jill.sees("first line\nsecond line");
    await jill.page.keyboard.type("sent by the button");
    await jill.tabTo("Send");
    await press("Enter");
    await jill.sees("sent by the button");
    assert.equal(await jill.focused(), "Message");
    await jill.tabTo("Leave");
    await press("Enter");
    assert.equal(await jill.focused(), "API group base URL");
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`has no accessibility faults that axe-core can find, ${colorScheme}`, async (t) => {
      const jill = await visit(t, { colorScheme, name: "Jill" });
      await jill.hasNoFaults();
      const jack = await enter(t, "Jack");
      await jill.enter();
      await jill.say("mine");
      await jack.say("theirs");
      await jill.sees("theirs");
      await jill.page.evaluate(() => showProblem("Something went wrong", "code"));
      await jill.hasNoFaults();
    });
  }

  test("fits a phone without scrolling sideways", async (t) => {
    const jill = await visit(t, { ...PHONE, name: "Maximilian-Alexander-the-Extraordinarily" });
    assert.equal(await jill.sidewaysOverflow(), 0);
    await jill.enter();
    await jill.say(`https://example.test/${"a".repeat(300)}`);
    await jill.sees("https://example.test/");
    await jill.locator("#people summary").click();
    await jill.page.evaluate(() => showProblem(`${"w".repeat(200)}`, "code"));
    assert.equal(await jill.sidewaysOverflow(), 0);
    assert.equal(await jill.page.getByRole("button", { name: "Send" }).isVisible(), true);
  });
});

describe("when something is wrong", () => {
  test("a refused channel is told in words", async (t) => {
    const closed = await startServer({
      www: DEMO,
      settings: settings(room("marvel-chat-room", { anonymous_clients: false })),
    });
    t.after(() => closed.dispose());
    const jill = await visit(t, { url: closed.url });
    await jill.submit();
    await jill.problem(/Anonymous clients cannot join this channel\./);
    await jill.state(/^Not admitted$/);
  });

  test("a refused message is told in words, and can be edited again", async (t) => {
    const silent = await startServer({
      www: DEMO,
      settings: settings(room("marvel-chat-room", { client_public_messaging: false })),
    });
    t.after(() => silent.dispose());
    const jill = await visit(t, { url: silent.url });
    await jill.enter();
    await jill.say("may I?");
    await jill.problem(/The server refused/);
    await jill.page.getByRole("button", { name: "Edit again" }).click();
    assert.equal(await jill.field("Message").inputValue(), "may I?");
    assert.equal(await jill.locator(".bubble").count(), 0);
  });

  test("a wrong connection hash is told in words", async (t) => {
    const jill = await visit(t);
    await jill.field("Connection Hash").fill("AAAAAAAAAAAAAAAAAAAAAAAAAAA");
    await jill.submit();
    await jill.problem(/Connection Hash/);
    await jill.page.getByRole("button", { name: "Leave" }).click();
    assert.equal(await jill.locator("#entrance").isVisible(), true);
  });

  test("a server that goes away and comes back is told in words, and what was typed meanwhile arrives", async (t) => {
    const moody = await startServer({ www: DEMO });
    t.after(() => moody.dispose());
    const jill = await visit(t, { url: moody.url, name: "Jill" });
    await jill.enter();
    await moody.stop();
    await jill.state(/attempt 1/);
    await jill.say("typed while the server was away");
    await jill.locator("#waiting", { hasText: "typed while the server was away" }).waitFor();
    await moody.start();
    await jill.state(/^Connected$/);
    await jill.sees("typed while the server was away");
    await jill.locator("#waiting").waitFor({ state: "hidden" });
    assert.equal(await jill.bubbles("typed while the server was away").count(), 1);
  });

  test("the history that comes with a reconnect completes the list and doubles nothing", async (t) => {
    const page = await visit(t);
    const lay = (shown, history) =>
      page.page.evaluate(([shown, history]) => missingAround([...shown], [...history]), [shown, history]);
    assert.deepEqual(await lay("", "abc"), { before: [], after: ["a", "b", "c"], mayHaveGap: false });
    assert.deepEqual(await lay("abc", "abc"), { before: [], after: [], mayHaveGap: false });
    assert.deepEqual(await lay("abc", "bcd"), { before: [], after: ["d"], mayHaveGap: false });
    assert.deepEqual(await lay("c", "abcd"), { before: ["a", "b"], after: ["d"], mayHaveGap: false });
    assert.deepEqual(await lay("aa", "aaa"), { before: [], after: ["a"], mayHaveGap: false });
    assert.deepEqual(await lay("ab", "xy"), { before: [], after: ["x", "y"], mayHaveGap: true });
  });
});

const visit = (t, options) => visitDemo(t, browser, { url: server.url, ...options });

async function enter(t, name) {
  const visitor = await visit(t, { name });
  await visitor.enter();
  return visitor;
}

// The demo page with login: accounts, the members' room, and messages for one person alone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { DEMO, openDemo, PHONE, visitDemo } from "../support/demo.js";
import { IS_CLUSTER, startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";
import { PASSWORD } from "../support/visitor.js";

const MEMBERS = "avengers-only";
const MARKUP = "<img src=x onerror='wasRun = true'>";

let server, browser;
before(async () => {
  server = await startServer({ www: DEMO });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.dispose();
});

describe("an account", () => {
  test("opens the members' room, where names come from the tokens", async (t) => {
    const jill = await memberIn(t, "Jill", MEMBERS);
    await jill.people(["Jill member (you)"]);
    const jack = await memberIn(t, "Jack", MEMBERS);
    await jill.people(["Jill member (you)", "Jack member"]);
    await jack.people(["Jill member", "Jack member (you)"]);
    await jack.say("Avengers, assemble");
    await jill.sees("Avengers, assemble");
    assert.equal(await jill.locator(".message .name").first().textContent(), "Jack");
  });

  test("is not needed to be a guest, who is told how to get into the members' room", async (t) => {
    const guest = await visit(t, { name: "Joan" });
    await guest.choose(MEMBERS);
    await guest.submit();
    await guest.problem(/Anonymous clients cannot join this channel\. Leave, and log in first\./);
    await guest.state(/^Not admitted$/);
    await guest.leave();
    await guest.choose("marvel-chat-room");
    await guest.enter();
  });

  test("is logged out of and into again, with the name it was made with", async (t) => {
    const jill = await visit(t, { name: "Jill of Asgard" });
    const account = newAccount();
    await jill.signUp(account);
    await jill.isLoggedInAs("Jill of Asgard");
    assert.equal(await jill.field("Your name").getAttribute("readonly"), "");
    await jill.button("Log out").click();
    assert.equal(await jill.focused(), "Log in or sign up");
    await jill.field("Your name").fill("Somebody");
    await jill.choose(MEMBERS);
    await jill.submit();
    await jill.state(/^Not admitted$/);
    await jill.leave();
    await jill.logIn(account);
    await jill.isLoggedInAs("Jill of Asgard");
    await jill.enter();
    await jill.people(["Jill of Asgard member (you)"]);
  });

  test("is refused in words", async (t) => {
    const jill = await visit(t, { name: "Jill" });
    const account = newAccount();
    await jill.logIn(account);
    await jill.problem(/The login was refused: Invalid Credentials\./);
    await jill.signUp(account);
    await jill.isLoggedInAs("Jill");
    assert.equal(await jill.page.getByRole("alert").textContent(), "");

    const jack = await visit(t, { name: "Jack" });
    await jack.signUp(account);
    await jack.problem(/The sign-up was refused: This account is already in use\./);
    await jack.fillInAccount(newAccount());
    await jack.field("Auth API group base URL").fill(`${server.url}/api:nothing`);
    await jack.button("Log in").click();
    await jack.problem(/the server answered 40\d\. Is the Auth API group base URL right\?/);
    await jack.field("Auth API group base URL").fill("http://127.0.0.1:9/api:auth");
    await jack.button("Log in").click();
    await jack.problem(/Network Error\. Is the Auth API group base URL right\?/);
    assert.equal(await jack.button("Log out").isVisible(), false);
  });

  test("is good for a workspace that has no auth/me", async (t) => {
    const jill = await visit(t, { name: "Jill" });
    await jill.page.route("**/auth/me", (route) => route.fulfill({ status: 404, json: {} }));
    await jill.signUp(newAccount());
    await jill.isLoggedInAs("Jill");
    await jill.choose(MEMBERS);
    await jill.enter();
    await jill.people(["Jill member (you)"]);
  });

  test("survives a reload of its tab, and is nobody's in another tab", async (t) => {
    const jill = await memberIn(t, "Jill", MEMBERS);
    await jill.page.reload();
    await jill.isLoggedInAs("Jill");
    assert.equal(await jill.field("Room").inputValue(), MEMBERS);
    await jill.enter();
    await jill.people(["Jill member (you)"]);

    const otherTab = await openDemo(jill.page.context(), server.url);
    await otherTab.enter();
    await otherTab.say("I am a guest");
    await otherTab.sees("I am a guest");
    assert.equal(await otherTab.locator("#people li", { hasText: "(you)" }).locator(".tag").count(), 0);

    await jill.page.reload();
    await jill.isLoggedInAs("Jill"); // the other tab has not taken the tokens away
    await jill.button("Log out").click();
    await jill.page.reload();
    await jill.submit();
    await jill.problem(/Anonymous clients cannot join this channel/);
  });

  const skip = IS_CLUSTER && "servers that share the key know it after a restart";
  test("that the server no longer knows is told in words, after a reload and in the room", { skip }, async (t) => {
    const moody = await startServer({ www: DEMO });
    t.after(() => moody.dispose());
    const [jill, jack] = [
      await visit(t, { url: moody.url, name: "Jill" }),
      await visit(t, { url: moody.url, name: "Jack" }),
    ];
    for (const [user, name] of [
      [jill, "Jill"],
      [jack, "Jack"],
    ]) {
      await user.signUp(newAccount());
      await user.isLoggedInAs(name);
    }
    await moody.stop();
    await moody.start(); // with another key

    await jill.page.reload();
    await jill.problem(/You are logged out: The token was not accepted: not signed by this server\./);
    await jill.enter();
    await jill.people(["Jill (you)"]);
    await jack.enter();
    await jack.problem(/token was not accepted.*You are here as a guest: leave, log out and log in again\./);
  });

  test("leaves its password nowhere, and its token in the storage of the tab alone", async (t) => {
    const jill = await visit(t, { name: "Jill" });
    const seen = [];
    jill.page.on("console", (message) => seen.push(message.text()));
    jill.page.on("request", (request) => seen.push(request.url()));
    const answered = jill.page.waitForResponse(/\/auth\/signup$/);
    await jill.signUp(newAccount());
    await jill.isLoggedInAs("Jill");
    const { authToken } = await (await answered).json();
    await jill.choose(MEMBERS);
    await jill.enter();

    const kept = await jill.page.evaluate(() => ({
      tab: JSON.stringify({ ...sessionStorage }),
      elsewhere: JSON.stringify([
        { ...localStorage },
        document.cookie,
        location.href,
        document.documentElement.outerHTML,
      ]),
      password: document.getElementById("password").value,
    }));
    assert.ok(kept.tab.includes(authToken));
    for (const text of [kept.elsewhere, ...seen]) assert.ok(!text.includes(authToken), text);
    for (const text of [kept.tab, kept.elsewhere, kept.password, ...seen]) assert.ok(!text.includes(PASSWORD), text);
  });

  test("can have markup for a name and an address: it stays text", async (t) => {
    const jill = await memberIn(t, "Jill", MEMBERS);
    const mallory = await visit(t, { name: MARKUP });
    await mallory.page.route("**/auth/me", (route) => route.fulfill({ json: { name: MARKUP, email: `${MARKUP}@x` } }));
    await mallory.signUp(newAccount());
    await mallory.locator("#account-state", { hasText: `Logged in as ${MARKUP} (${MARKUP}@x)` }).waitFor();
    await mallory.choose(MEMBERS);
    await mallory.enter();
    await jill.writeTo(MARKUP);
    await jill.say(MARKUP);
    await mallory.sees(MARKUP);
    await mallory.writeTo("Jill");
    await mallory.say(`again ${MARKUP}`);
    await jill.sees(`again ${MARKUP}`);
    for (const { page } of [jill, mallory]) {
      assert.equal(await page.locator("main img").count(), 0);
      assert.equal(await page.evaluate(() => window.wasRun), undefined);
    }
  });
});

describe("a message for one person", () => {
  test("is seen by those two, marked as private, and by nobody else", async (t) => {
    const { jill, jack, june } = await three(t);
    await jill.writeTo("Jack");
    assert.equal(await jill.focused(), "Message");
    await jill.say("for your eyes only");
    await jack.sees("for your eyes only");
    await jill.sees("for your eyes only");
    assert.match(await whisper(jill).textContent(), /Jill \(you\) to Jack alone/);
    assert.match(await whisper(jack).textContent(), /Jill to you alone/);
    await jack.writeTo("Jill");
    await jack.say("for yours, too");
    await jill.sees("for yours, too");

    await jill.button("To everybody").click();
    await jill.say("aloud again");
    for (const user of [jill, jack, june]) await user.sees("aloud again");
    assert.equal(await whisper(june).count(), 0);
    assert.equal(await june.bubbles("eyes only").count(), 0);
    assert.equal(await jack.bubbles("for your eyes only").count(), 1);

    const late = await memberIn(t, "Joan", MEMBERS);
    await late.sees("aloud again");
    assert.equal(await whisper(late).count(), 0);
  });

  test("goes to nobody when that person has left, and stays to be written", async (t) => {
    const { jill, jack, june } = await three(t);
    await jill.writeTo("Jack");
    await jack.leave();
    await jill.people(["Jill member (you)", "June member"]);
    await jill.say("a secret for Jack");
    await jill.problem(/Jack is not here any more, so nothing was sent\./);
    assert.equal(await jill.field("Message").inputValue(), "a secret for Jack");
    await jill.page.keyboard.press("Escape");
    await jill.say("not a secret");
    await june.sees("not a secret");
    assert.equal(await june.bubbles("a secret for Jack").count(), 0);
    assert.equal(await whisper(jill).count(), 0);
  });

  test("is written by guests, too, where the room allows it", async (t) => {
    const { url } = await ownServer(t, settings(room("marvel-chat-room")));
    const [jill, joan] = [await visit(t, { url, name: "Jill" }), await visit(t, { url, name: "Joan" })];
    for (const user of [jill, joan]) await user.enter();
    await joan.say("hello");
    await jill.people(["Jill (you)", "Joan"]);
    await jill.writeTo("Joan");
    await jill.say("between guests");
    await joan.sees("between guests");
    assert.match(await whisper(joan).textContent(), /Jill to you alone/);
  });

  test("is marked as refused where the room does not allow it", async (t) => {
    const { url } = await ownServer(t, settings(room("marvel-chat-room", { client_private_messaging: false })));
    const [jill, joan] = [await visit(t, { url, name: "Jill" }), await visit(t, { url, name: "Joan" })];
    for (const user of [jill, joan]) await user.enter();
    await joan.say("hello");
    await jill.people(["Jill (you)", "Joan"]);
    await jill.writeTo("Joan");
    await jill.say("may I?");
    await jill.problem(/The server refused/);
    await jill.locator(".whisper.failed", { hasText: "may I?" }).waitFor();
  });
});

test("all of it can be used by keyboard alone", async (t) => {
  const jack = await memberIn(t, "Jack", MEMBERS);
  const jill = await visit(t, { name: "Jill" });
  const { keyboard } = jill.page;
  await jill.tabTo("Log in or sign up");
  await keyboard.press("Enter");
  await jill.tabTo("E-mail");
  await keyboard.type(newAccount().email);
  await keyboard.press("Tab");
  await keyboard.type(PASSWORD);
  await jill.tabTo("Sign up");
  await keyboard.press("Enter");
  await jill.isLoggedInAs("Jill");
  assert.equal(await jill.focused(), "Submit");
  await keyboard.press("Shift+Tab");
  await keyboard.press("ArrowDown");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await jill.state(/^Connected$/);
  await jill.people(["Jack member", "Jill member (you)"]);

  await jill.tabTo("Jack");
  const june = await memberIn(t, "June", MEMBERS);
  await jill.people(["Jack member", "Jill member (you)", "June member"]);
  assert.equal(await jill.focused(), "Jack", "the list was made anew under the focus");
  await keyboard.press("Enter");
  await keyboard.type("psst, Jack");
  await keyboard.press("Enter");
  await jack.sees("psst, Jack");
  await keyboard.press("Escape");
  await keyboard.type("hello, all");
  await keyboard.press("Enter");
  await june.sees("hello, all");
  assert.equal(await june.bubbles("psst").count(), 0);
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds no accessibility faults, ${colorScheme}`, async (t) => {
    const jack = await memberIn(t, "Jack", MEMBERS);
    const jill = await visit(t, { colorScheme, name: "Jill" });
    const account = newAccount();
    await jill.fillInAccount(account);
    await jill.hasNoFaults();
    await jill.signUp(account);
    await jill.isLoggedInAs("Jill");
    await jill.hasNoFaults();
    await jill.choose(MEMBERS);
    await jill.enter();
    await jill.writeTo("Jack");
    await jill.say("psst");
    await jack.writeTo("Jill");
    await jack.say("yes?");
    await jill.sees("yes?");
    await jill.page.evaluate(() => room.log.whisperRefused());
    await jill.hasNoFaults();
  });
}

test("a phone needs no scrolling sideways", async (t) => {
  const longName = "Maximilian-Alexander-the-Extraordinarily";
  const jack = await memberIn(t, longName, MEMBERS);
  const jill = await visit(t, { ...PHONE, name: longName });
  const account = newAccount("a".repeat(60));
  await jill.fillInAccount(account);
  assert.equal(await jill.sidewaysOverflow(), 0);
  await jill.signUp(account);
  await jill.isLoggedInAs(longName);
  assert.equal(await jill.sidewaysOverflow(), 0);
  await jill.choose(MEMBERS);
  await jill.enter();
  await jill.locator("#people summary").click();
  await jill.writeTo(longName);
  await jill.say("w".repeat(300));
  await jack.sees("www");
  assert.equal(await jill.sidewaysOverflow(), 0);
  assert.equal(await jill.button("Send").isVisible(), true);
});

function visit(t, options) {
  return visitDemo(t, browser, { url: server.url, ...options });
}

/** Somebody with an account of their own, in the room. */
async function memberIn(t, name, channel) {
  const member = await visit(t, { name });
  await member.signUp(newAccount());
  await member.isLoggedInAs(name);
  await member.choose(channel);
  await member.enter();
  return member;
}

async function three(t) {
  const [jill, jack, june] = [
    await memberIn(t, "Jill", MEMBERS),
    await memberIn(t, "Jack", MEMBERS),
    await memberIn(t, "June", MEMBERS),
  ];
  await jill.people(["Jill member (you)", "Jack member", "June member"]);
  return { jill, jack, june };
}

async function ownServer(t, settings) {
  const own = await startServer({ www: DEMO, settings });
  t.after(() => own.dispose());
  return own;
}

function newAccount(user = "user") {
  return { email: `${user}-${crypto.randomUUID()}@example.com` };
}

function whisper(visitor) {
  return visitor.locator(".whisper").first();
}

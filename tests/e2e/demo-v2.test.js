// The Marvel chat demo page on Realtime V2, with its message handler, used as people use it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { DEMO, PHONE, visitDemo } from "../support/demo.js";
import { entered, memberOf, ownDemo, startDemoV2, visitV2 } from "../support/demo-v2.js";
import { IS_CLUSTER, startServer } from "../support/server.js";
import { startStaticServer } from "../support/static-server.js";

const MEMBERS = "avengers-only";
const MISSED = "While you were away";

// Servers on one Redis have no Realtime V2.
describe("the chat on Realtime V2", { skip: IS_CLUSTER }, () => {
  let demo, server, browser;
  before(async () => {
    demo = await startDemoV2();
    ({ server } = demo);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await demo?.dispose();
  });

  const visit = (t, options) => visitV2(t, browser, { port: server.port, ...options });
  const enter = (t, name, options) => entered(visit(t, { name, ...options }));

  describe("the switch", () => {
    test("shows the field of the version, and a reload and a link keep it", async (t) => {
      const jill = await visitDemo(t, browser, { url: server.url });
      assert.equal(await jill.field("Connection Hash").isVisible(), true);
      assert.equal(await jill.field("Canonical").isVisible(), false);
      await jill.field("V2").check();
      assert.equal(await jill.field("Connection Hash").isVisible(), false);
      assert.equal(await jill.field("Canonical").inputValue(), "rtmain01");
      assert.equal(new URL(jill.page.url()).search, "?realtime=2");
      await jill.page.reload();
      assert.equal(await jill.field("V2").isChecked(), true);
      await jill.enter();
      await jill.leave();
      await jill.field("V1 (Legacy)").check();
      assert.equal(new URL(jill.page.url()).search, "");
      await jill.enter();
    });

    test("asks for a canonical where no server of ours answers", async (t) => {
      const site = await startStaticServer({ folders: { "/": DEMO } });
      t.after(() => site.close());
      const jill = await visitDemo(t, browser, { url: `${site.url}/index.html?realtime=2` });
      await jill.field("API group base URL").fill(server.clientSettings.apiGroupBaseUrl);
      await jill.submit();
      assert.equal(await jill.locator("#room").isVisible(), false);
      await jill.field("Canonical").fill("nothing");
      await jill.submit();
      await jill.problem(/Unknown connection hash/);
      await jill.state(/^Gave up/);
      await jill.leave();
      await jill.field("Canonical").fill("rtmain01");
      await jill.enter();
    });
  });

  describe("the room", () => {
    test("two people chat, see each other come and go, and see who is typing", async (t) => {
      const jill = await enter(t, "Jill");
      await jill.people(["Jill (you)"]);
      const jack = await enter(t, "Jack");
      for (const user of [jill, jack])
        await user.peopleInAnyOrder([`${user === jill ? "Jill" : "Jack"} (you)`, "Guest"]);
      await jack.field("Message").pressSequentially("Hel");
      await jill.locator("#typing", { hasText: /^Jack is typing…$/ }).waitFor();
      assert.equal(await jack.locator("#typing").textContent(), "");
      await jack.say("Hello from Asgard");
      for (const user of [jill, jack]) {
        await user.sees("Hello from Asgard");
        assert.equal(await user.bubbles("Hello from Asgard").count(), 1);
      }
      await jill.locator("#typing", { hasText: /^$/ }).waitFor({ state: "attached" });
      assert.equal(await jill.locator(".message.mine").count(), 0);
      assert.equal(await jack.locator(".message.mine").count(), 1);
      await jack.locator("#waiting").waitFor({ state: "hidden" });
      await jack.leave();
      await jill.people(["Jill (you)"]);
      await jill.locator(".note", { hasText: "Guest left" }).waitFor();
    });

    test("the handler answers: it throws the die, and the name of a user is that of the token", async (t) => {
      const jill = await memberIn(t, "Jill", MEMBERS);
      await jill.page.evaluate(() => {
        room.name = "Nick Fury";
      });
      await jill.say("/roll");
      const jack = await memberIn(t, "Jack", MEMBERS);
      for (const user of [jill, jack]) await user.locator(".bubble", { hasText: /^rolls a [1-6]$/ }).waitFor();
      assert.equal(await jack.locator(".message .name").first().textContent(), "Jill");
      await jill.locator("#waiting").waitFor({ state: "hidden" });
    });

    test("a member writes to another one alone; guests have no address", async (t) => {
      const [jill, jack] = [await memberIn(t, "Jill"), await memberIn(t, "Jack")];
      const joan = await enter(t, "Joan");
      await joan.locator("#people", { hasText: "Log in to write to a member alone" }).waitFor();
      assert.equal(await joan.locator("#people button").count(), 0);
      await jill.writeTo("Jack");
      await jill.say("for your eyes only");
      await jack.sees("for your eyes only");
      assert.match(await jack.locator(".whisper .name").textContent(), /^Jill to you alone$/);
      assert.match(await jill.locator(".whisper .name").textContent(), /to Jack alone/);
      assert.equal(await jill.bubbles("for your eyes only").count(), 1);
      await jack.say("for everybody");
      await joan.sees("for everybody");
      assert.equal(await joan.bubbles("for your eyes only").count(), 0);
      await jack.leave();
      await jill.locator(".note", { hasText: "Jack left" }).waitFor();
      await jill.say("are you still there?");
      await jill.problem(/Jack is not here any more/);
    });

    test("a reload shows the transcript once, knows own messages, and marks what was missed", async (t) => {
      const jill = await enter(t, "Jill");
      const jack = await enter(t, "Jack");
      await jill.say("said before the reload");
      for (const user of [jill, jack]) await user.sees("said before the reload");
      await jill.until((frames) => frames.some(({ action }) => action === "ack"));
      await jill.leave();
      await jack.say("said while Jill was away");
      await jack.sees("said while Jill was away");
      await jill.page.reload();
      await jill.enter();
      await jill.sees("said while Jill was away");
      assert.deepEqual((await jill.said()).slice(-2), ["said before the reload", "said while Jill was away"]);
      assert.equal(await jill.locator(".message.mine", { hasText: "said before the reload" }).count(), 1);
      assert.deepEqual((await jill.told()).slice(-3), ["said before the reload", MISSED, "said while Jill was away"]);
      const june = await enter(t, "June");
      await june.sees("said while Jill was away");
      assert.equal(await june.locator(".note", { hasText: MISSED }).count(), 0);
    });

    test("a duplicated tab is another person", async (t) => {
      const jill = await enter(t, "Jill");
      await jill.say("from the first tab");
      await jill.sees("from the first tab");
      const opened = jill.page.context().waitForEvent("page");
      await jill.page.evaluate(() => window.open(location.href));
      const copy = await opened;
      await copy.getByRole("button", { name: "Submit" }).click();
      await copy.locator(".bubble", { hasText: "from the first tab" }).waitFor();
      assert.equal(await copy.getByLabel("Your name").inputValue(), "Jill");
      assert.equal(await copy.locator(".message.mine").count(), 0);
    });

    test("whatever other clients send is shown as text", async (t) => {
      const server = await startServer({ args: ["--demo"] });
      t.after(() => server.dispose());
      const jill = await entered(visitV2(t, browser, { port: server.port, name: "Jill" }));
      const payloads = ["plain words", null, 42, { deep: [{ er: true }] }, { text: 7 }, { name: {}, text: "nameless" }];
      await jill.page.evaluate((payloads) => payloads.forEach((payload) => room.channel.message(payload)), payloads);
      await jill.sees("nameless");
      assert.deepEqual(await jill.said(), [
        "plain words",
        "null",
        "42",
        '{"deep":[{"er":true}]}',
        '{"text":7}',
        "nameless",
      ]);
    });
  });

  describe("when something is wrong", () => {
    test("a guest is told how to get into the members' room", async (t) => {
      const joan = await visit(t, { name: "Joan" });
      await joan.choose(MEMBERS);
      await joan.submit();
      await joan.problem(/Anonymous clients cannot join this channel\. Leave, and log in first/);
      await joan.state(/^Not admitted$/);
    });

    test("without its handler, messages are passed through", async (t) => {
      const { server, stopHandler } = await ownDemo(t);
      const jill = await entered(visitV2(t, browser, { port: server.port, name: "Jill" }));
      await jill.say("/roll");
      await jill.locator(".bubble", { hasText: /^rolls a/ }).waitFor();
      await stopHandler();
      await jill.say("/roll");
      await jill.locator(".bubble", { hasText: /^\/roll$/ }).waitFor();
      assert.equal(await jill.locator(".message.mine").count(), 2);
    });
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
      await jack.field("Message").pressSequentially("more");
      await jill.locator("#typing", { hasText: "Jack is typing…" }).waitFor();
      await jill.hasNoFaults();
    });
  }

  test("fits a phone without scrolling sideways, and is used by keyboard", async (t) => {
    const jill = await visit(t, { ...PHONE, name: "Maximilian-Alexander-the-Extraordinarily" });
    assert.equal(await jill.sidewaysOverflow(), 0);
    await jill.field("V2").focus();
    await jill.page.keyboard.press("ArrowLeft");
    assert.equal(await jill.field("V1 (Legacy)").isChecked(), true);
    await jill.page.keyboard.press("ArrowRight");
    await jill.enter();
    const jack = await enter(t, "w".repeat(40));
    await jack.field("Message").pressSequentially("ab");
    await jill.locator("#typing", { hasText: "typing" }).waitFor();
    assert.equal(await jill.sidewaysOverflow(), 0);
  });

  const memberIn = (t, name, channel) => memberOf(t, browser, { port: server.port, name, channel });
});

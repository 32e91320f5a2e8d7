// The Marvel chat on Realtime V2 through interruptions: a cut, a server that is gone, a server that has lost its memory.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { entered, joinsOf, memberOf, ownDemo, visitV2 } from "../support/demo-v2.js";
import { startProxy } from "../support/proxy.js";
import { IS_CLUSTER } from "../support/server.js";

const MISSED = "While you were away";
const GAP = "Messages may be missing here";

// Servers on one Redis have no Realtime V2.
describe("the chat on Realtime V2", { skip: IS_CLUSTER }, () => {
  let browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  test("after a cut nothing is lost or doubled, and the cursor is where the reader was", async (t) => {
    const { server } = await ownDemo(t);
    const network = await startProxy(server.port);
    t.after(() => network.close());
    const jill = await entered(visitV2(t, browser, { port: network.port, name: "Jill" }));
    const jack = await entered(visitV2(t, browser, { port: server.port, name: "Jack" }));
    await jack.say("before");
    await jill.sees("before");
    const confirmed = await jill.until((frames) => frames.find(({ action }) => action === "ack"));
    network.shut();
    await jill.state(/attempt 1/);
    const printed = [];
    jill.page.on("console", (line) => printed.push(line.text()));
    await jill.field("Message").fill("a hint that no member gets");
    for (const text of ["meanwhile 1", "meanwhile 2"]) {
      await jack.say(text);
      await jack.sees(text);
    }
    network.open();
    await jill.sees("meanwhile 2");
    assert.deepEqual(await jill.told(), ["Guest came in", "before", MISSED, "meanwhile 1", "meanwhile 2"]);
    const [, rejoined] = await jill.until((frames) => joinsOf(frames).length === 2 && joinsOf(frames));
    assert.deepEqual([rejoined.payload.resumed, rejoined.payload.cursor], [true, confirmed.payload.cursor]);
    const newest = await jack.until((frames) => frames.findLast(({ action }) => action === "message"));
    await jill.until((frames) => frames.some(({ payload }) => payload?.cursor === newest.id));
    await jill.say("back");
    await jack.sees("back");
    assert.deepEqual(await jack.said(), ["before", "meanwhile 1", "meanwhile 2", "back"]);
    assert.deepEqual(
      printed.filter((line) => line.startsWith("xano:")),
      [],
      "a hint of typing that was not sent is no error",
    );
  });

  test("a private message without a connection is not sent, and that is said", async (t) => {
    const { server } = await ownDemo(t);
    const member = (name) => memberOf(t, browser, { port: server.port, name });
    const [jill, jack] = [await member("Jill"), await member("Jack")];
    await jill.writeTo("Jack");
    await server.stop();
    await jill.state(/attempt \d+/);
    await jill.say("for your eyes only");
    await jill.problem(/^There is no connection, so nothing was sent\. Wait for it/);
    assert.equal(await jill.field("Message").inputValue(), "for your eyes only");
    assert.deepEqual(await jack.said(), []);
  });

  test("after a restart, which empties the memory, the reader is told that messages may be missing", async (t) => {
    const { server } = await ownDemo(t);
    const jill = await entered(visitV2(t, browser, { port: server.port, name: "Jill" }));
    const jack = await entered(visitV2(t, browser, { port: server.port, name: "Jack" }));
    await jack.say("before");
    await jill.sees("before");
    // Only what the service has confirmed can be seen to be forgotten.
    for (const user of [jill, jack]) await user.until((frames) => frames.some(({ action }) => action === "ack"));
    await server.kill();
    for (const user of [jill, jack]) await user.state(/attempt \d+/);
    await jill.say("written while it was down");
    await jill.locator("#waiting", { hasText: "written while it was down" }).waitFor();
    await server.start();
    for (const user of [jill, jack]) {
      await user.state(/^Connected$/);
      await user.sees("written while it was down");
      await user.locator(".note", { hasText: GAP }).waitFor();
      assert.deepEqual(await user.said(), ["before", "written while it was down"]);
    }
    await jill.locator("#waiting").waitFor({ state: "hidden" });
  });
});

// Realtime V2 in a browser, against the model of its service behind real sockets.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { startPages } from "../support/clients.js";
import { CLIENT } from "../support/stage.js";
import { User } from "../support/user.js";
import { ADDRESS, CHANNELS, SECRET, settings, tokenOf } from "../support/v2/rooms.js";
import { startV2Service } from "../support/v2-service.js";

const world = {};
const SEND = { messageType: "send", presence: true };

before(async () => {
  // Without a transcript, which would come before what is replayed.
  const quiet = {
    ...CHANNELS.find(({ name }) => name.startsWith("orders/")),
    name: "quiet",
    input: [],
    conversation: {},
  };
  const channels = [...CHANNELS, quiet];
  world.host = await startV2Service({ settings: settings({ channels, handshake_delay_ms: 300 }), secret: SECRET });
  world.pages = await startPages();
  world.browser = await launchChromium();
});

after(async () => {
  await world.browser?.close();
  await world.pages?.close();
  await world.host?.close();
});

async function arrive(t, more) {
  const clientSettings = {
    instanceBaseUrl: world.host.baseUrl,
    realtimeCanonical: ADDRESS,
    realtimeVersion: 2,
    ...more,
  };
  const user = await User.arrive({ ...world, client: CLIENT, server: { clientSettings } });
  t.after(async () => {
    assert.deepEqual(await user.takeUncaught(), [], "errors nobody caught");
    await user.leave();
  });
  await user.connect();
  return user;
}

test("two users talk, see each other, and write to one of them alone", async (t) => {
  const jill = await arrive(t, { realtimeAuthToken: tokenOf(7) });
  const jack = await arrive(t, { realtimeAuthToken: tokenOf(8) });
  for (const user of [jill, jack]) await user.join("rooms/42", SEND);
  await jill.until((name) => probe.of(name, "presence_join").length > 0, "rooms/42");

  await jack.page.evaluate(() => probe.channels.get("rooms/42").message({ text: "Hello" }));
  for (const user of [jill, jack]) assert.deepEqual(await user.messages("rooms/42", 1), [{ text: "Hello" }]);

  const receipt = await jill.page.evaluate(() => {
    const [member] = probe.channels.get("rooms/42").getPresence();
    return member.publish("psst");
  });
  assert.equal(receipt.delivered, 1);
  assert.deepEqual(await jack.messages("rooms/42", 2), [{ text: "Hello" }, "psst"]);
  assert.equal((await jill.messages("rooms/42", 1)).length, 1);
});

test("what was missed comes after a cut, marked, and is acknowledged once", async (t) => {
  const jill = await arrive(t, { realtimeClientId: "jill's tab" });
  await jill.join("quiet", SEND);
  const first = world.host.service.connections.at(-1);
  const publish = (data) => world.host.service.publish({ address: ADDRESS, channel: "quiet", data });
  publish(1);
  await jill.messages("quiet", 1);
  await jill.until((name) => probe.of(name, "ack").length === 1, "quiet");
  first.drop(1006);
  publish(2);
  assert.deepEqual(await jill.messages("quiet", 2), [1, 2]);
  await jill.until((name) => probe.of(name, "ack").length === 2, "quiet");
  const replayed = await jill.page.evaluate(() => probe.of("quiet", "message").map((action) => !!action.replayed));
  assert.deepEqual(replayed, [false, true]);
});

test("an unknown canonical is told with its reason, and not tried again", async (t) => {
  const jill = await arrive(t, { realtimeCanonical: "unknown" });
  await jill.open("rooms/42");
  await jill.until((name) => probe.of(name, "error").length === 2, "rooms/42");
  const [reason, refused] = await jill.page.evaluate(() => probe.of("rooms/42", "error").map(({ payload }) => payload));
  assert.equal(reason.message, "Unknown connection hash");
  assert.equal(refused.code, "unauthorized");
  assert.match(refused.message, /Realtime V2 .+Unknown connection hash/);
});

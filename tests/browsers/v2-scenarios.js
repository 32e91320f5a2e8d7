// What has to work of Realtime V2 in every browser, written once, against the model of its service behind real sockets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADDRESS, CHANNELS, SECRET, settings, tokenOf } from "../support/v2/rooms.js";
import { startV2Service } from "../support/v2-service.js";

const SEND = { messageType: "send", presence: true };
const HANDSHAKE_MS = 300;

/** The service, as a server for `stage()`. */
export async function startV2() {
  const [orders] = CHANNELS.filter(({ name }) => name.startsWith("orders/"));
  // Without a transcript, which would come before what is replayed.
  const messages = [...orders.messages, { name: "none", deliver_to: "explicit" }];
  const quiet = { ...orders, name: "quiet/{order_id}", messages, conversation: {} };
  const changes = { channels: [...CHANNELS, quiet], handshake_delay_ms: HANDSHAKE_MS };
  const host = await startV2Service({ settings: settings(changes), secret: SECRET });
  const clientSettings = { instanceBaseUrl: host.baseUrl, realtimeCanonical: ADDRESS, realtimeVersion: 2 };
  return { ...host, clientSettings, dispose: () => host.close() };
}

/** `world` is what `stage()` has returned. */
export function v2Scenarios(world) {
  async function arrive(t, more) {
    const user = await world.user(t);
    await user.connect(more);
    return user;
  }

  test("two users talk, see each other, and write to one of them alone", async (t) => {
    const jill = await arrive(t, { realtimeAuthToken: tokenOf(7) });
    const jack = await arrive(t, { realtimeAuthToken: tokenOf(8) });
    for (const user of [jill, jack]) await user.join("rooms/42", SEND);
    await jill.until((name) => probe.of(name, "presence_join").length > 0, "rooms/42");

    await jack.message("rooms/42", { text: "Hello" });
    for (const user of [jill, jack]) assert.deepEqual(await user.messages("rooms/42", 1), [{ text: "Hello" }]);

    const receipt = await jill.page.evaluate(() => {
      const [member] = probe.channels.get("rooms/42").getPresence();
      return member.publish("psst");
    });
    assert.equal(receipt.delivered, 1);
    assert.deepEqual(await jack.messages("rooms/42", 2), [{ text: "Hello" }, "psst"]);
    assert.equal((await jill.messages("rooms/42", 1)).length, 1);
  });

  test("nothing but pings goes out until the service is ready, and then what waits", async (t) => {
    const jill = await arrive(t);
    await jill.open("rooms/1", SEND);
    await jill.message("rooms/1", "early");
    assert.deepEqual(await jill.messages("rooms/1", 1), ["early"]);
    const { received } = world.server.service.connections.at(-1);
    const actions = (isReady) =>
      received.filter((one) => one.isReady === isReady).map(({ text }) => JSON.parse(text).action);
    assert.deepEqual([...new Set(actions(false))], ["ping"]);
    assert.deepEqual(actions(true), ["ping", "join", "broadcast"]);
  });

  test("what was missed comes after a cut, marked, and is acknowledged once", async (t) => {
    const { service } = world.server;
    const jill = await arrive(t, { realtimeClientId: "jill's tab" });
    await jill.join("quiet/1", SEND);
    const first = service.connections.at(-1);
    const publish = (data) => service.publish({ address: ADDRESS, channel: "quiet/1", data });
    publish(1);
    await jill.messages("quiet/1", 1);
    await jill.until((name) => probe.of(name, "ack").length === 1, "quiet/1");
    first.drop(1006);
    publish(2);
    assert.deepEqual(await jill.messages("quiet/1", 2), [1, 2]);
    await jill.until((name) => probe.of(name, "ack").length === 2, "quiet/1");
    const replayed = await jill.page.evaluate(() => probe.of("quiet/1", "message").map((action) => !!action.replayed));
    assert.deepEqual(replayed, [false, true]);
  });

  test("a message is acknowledged when the promise of its handler has resolved, and not before", async (t) => {
    const { service } = world.server;
    const jill = await arrive(t);
    await jill.join("quiet/2", SEND);
    await jill.page.evaluate(() => {
      const slowly = () => new Promise((resolve) => (probe.finish = resolve));
      probe.channels.get("quiet/2").on("message", slowly);
    });
    const connection = service.connections.at(-1);
    service.publish({ address: ADDRESS, channel: "quiet/2", data: "slow" });
    await jill.messages("quiet/2", 1);
    // Its receipt comes behind everything that the page has sent before.
    await jill.page.evaluate(() => probe.channels.get("quiet/2").publish("after", { type: "none" }));
    assert.deepEqual(connection.receivedOf("ack"), []);

    await jill.page.evaluate(() => probe.finish());
    await jill.until((name) => probe.of(name, "ack").length === 1, "quiet/2");
  });

  test("an unknown canonical is told with its reason, and not tried again", async (t) => {
    const jill = await arrive(t, { realtimeCanonical: "unknown" });
    await jill.open("rooms/42");
    await jill.until((name) => probe.of(name, "error").length === 2, "rooms/42");
    const [reason, refused] = (await jill.actions("rooms/42"))
      .filter(({ action }) => action === "error")
      .map(({ payload }) => payload);
    assert.equal(reason.message, "Unknown connection hash");
    assert.equal(refused.code, "unauthorized");
    assert.match(refused.message, /Realtime V2.+Unknown connection hash/);
  });
}

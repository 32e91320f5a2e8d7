// The connection of Realtime V2 in Rust: readiness, refusals, addresses, and which client it is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, typedV2Stage } from "../support/typed-v2.js";
import { ADDRESS } from "../support/v2/rooms.js";

const HANDSHAKE_DELAY_MS = 300;
const world = typedV2Stage({ handshake_delay_ms: HANDSHAKE_DELAY_MS });

test("nothing but pings goes out before the service is ready; then each join once, and behind it what waits", async (t) => {
  const { page } = await arrive(t, world);
  const heard = await page.evaluate(async () => {
    window.early = client.room("rooms/45", { messageType: "send" });
    const messages = early.messages();
    client.reconnect();
    early.message("one");
    early.message("two");
    return [await messages.next(), await messages.next()].map((item) => item.words());
  });
  assert.deepEqual(heard, ["one", "two"]);
  const { received } = world.host.service.connections.at(-1);
  const refused = received.filter(({ isReady }) => !isReady).map(({ text }) => text);
  assert.ok(refused.length > 1, "a ping that is refused is followed by another one");
  assert.deepEqual([...new Set(refused)], ['{"action":"ping"}']);
  const sent = received.filter(({ isReady }) => isReady).map(({ text }) => JSON.parse(text));
  const told = sent.map(({ action, options, payload }) =>
    `${action} ${options?.channel ?? ""} ${payload?.length ? payload : ""}`.trim(),
  );
  assert.deepEqual(told.slice(1), [
    "join rooms/42",
    "join rooms/1",
    "join rooms/45",
    "broadcast rooms/45 one",
    "broadcast rooms/45 two",
  ]);
});

test("a refused connection is told with its reason, and not tried again", async (t) => {
  const { page } = await arrive(t, world);
  const { told, fault, published } = await page.evaluate(async () => {
    const other = new Client({ ...settings, hash: "unknown" });
    const room = other.room("rooms/42", { messageType: "send" });
    const published = room.publish("hello").catch(({ message, code }) => `${code}: ${message}`);
    const statuses = other.status();
    const told = [];
    while (!told.at(-1)?.startsWith("failed")) told.push(await statuses.next());
    const fault = await room.joined().catch(({ message }) => message);
    return { told, fault, published: await published };
  });
  assert.deepEqual(told.slice(-2, -1), ["disconnected: 4401"]);
  assert.match(told.at(-1), /^failed: unauthorized: ws:.+\/ws\/unknown: Unknown connection hash$/);
  assert.match(fault, /closed for good.*realtime_reconnect\(\)/);
  assert.match(published, /^unauthorized: .*Unknown connection hash/);
});

test("an address of V1 is told as such", async (t) => {
  const { page } = await arrive(t, world);
  const told = await page.evaluate(async () => {
    const other = new Client({ ...settings, version: 1 });
    window.elsewhere = other.room("rooms/42", {});
    const statuses = other.status();
    for (let words = await statuses.next(); ; words = await statuses.next()) {
      if (words.startsWith("failed")) return words;
    }
  });
  assert.match(told, /^failed: cannot_connect: .*\/rt\/rtmain01\. .*version\(RealtimeVersion::V2\)/);
});

test("a tenant in the base URL stands before the canonical", async (t) => {
  const visitor = await arrive(t, world);
  await visitor.page.evaluate(async () => {
    const other = new Client({ ...settings, baseUrl: `${settings.baseUrl}/tenant/acme` });
    await other.room("rooms/42", {}).joined();
  });
  assert.equal(world.host.service.connections.at(-1).address, `acme:${ADDRESS}`);
});

test("clients with the same id share a socket; the id is given, made once for the page, or kept for the tab", async (t) => {
  const { page } = await arrive(t, world);
  const joins = async (more) => {
    await page.evaluate(async (more) => {
      const other = new Client({ ...settings, ...more });
      await other.room("rooms/42", {}).joined();
      window.others = [...(window.others ?? []), other];
    }, more);
    const connection = world.host.service.connections.at(-1);
    return { connection, id: connection.receivedOf("join").at(-1).options.client_id };
  };
  const made = await joins({});
  assert.match(made.id, /^xano-\d+-\d+-\d+-\d+-\d+$/);
  const given = await joins({ clientId: "till-4" });
  assert.equal(given.id, "till-4");
  assert.notEqual(given.connection, made.connection);
  const same = await joins({ clientId: "till-4" });
  assert.equal(same.connection, given.connection);

  const stored = () => page.evaluate(() => sessionStorage.getItem("XanoRealtimeClientId"));
  assert.equal(await stored(), null);
  await joins({ isStored: true });
  assert.equal(await stored(), made.id);
  const settings = await page.evaluate(() => settings);
  await page.reload();
  await page.waitForFunction(() => "Client" in window);
  await page.evaluate((before) => {
    window.settings = before;
  }, settings);
  assert.equal((await joins({ isStored: true })).id, made.id);
  assert.notEqual((await joins({})).id, made.id);
});

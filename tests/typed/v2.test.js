// Realtime V2 in Rust, in a real page, against the model of its service behind real sockets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, typedV2Stage } from "../support/typed-v2.js";
import { ADDRESS, tokenOf } from "../support/v2/rooms.js";

const HANDSHAKE_DELAY_MS = 300;
const world = typedV2Stage({ handshake_delay_ms: HANDSHAKE_DELAY_MS });

const jillsToken = () => tokenOf(7, { name: "Jill" });
const jacksToken = () => tokenOf(8, { name: "Jack" });

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

test("a message comes with its type, and a receipt with how many got it", async (t) => {
  const { page } = await arrive(t, world);
  const heard = await page.evaluate(async () => {
    const actions = room.actions();
    room.message_as("louder", "hello");
    return [await actions.next(), await actions.next()];
  });
  assert.deepEqual(heard, ["louder: hello!", "receipt: 1"]);
});

test("two users see each other as users, and one writes to the other on every socket", async (t) => {
  const jill = await arrive(t, world, { room: "rooms/43", more: { token: jillsToken() } });
  const seen = jill.page.evaluate(async () => {
    const actions = room.actions();
    return [await actions.next(), await actions.next()];
  });
  await jill.settled();
  const jack = await arrive(t, world, { room: "rooms/43", more: { token: jacksToken() } });
  const tablet = await arrive(t, world, { room: "rooms/43", more: { token: jacksToken() } });
  const nobody = await arrive(t, world, { room: "rooms/43" });
  assert.deepEqual(await seen, ["arrived: 8", "arrived: 0"]);
  assert.deepEqual(await jill.page.evaluate(() => room.presence()), ["5/8 Jack", "0/0 anonymous "]);
  assert.deepEqual(await nobody.page.evaluate(() => room.presence()), ["5/7 Jill", "5/8 Jack"]);

  const heard = [jack, tablet].map(({ page }) =>
    page.evaluate(async () => {
      const messages = room.messages();
      return (await messages.next()).words();
    }),
  );
  await jack.settled();
  await tablet.settled();
  assert.equal(await jill.page.evaluate(() => room.publish_to_first("psst")), "2");
  assert.deepEqual(await Promise.all(heard), ["psst", "psst"]);
  assert.equal(await jill.page.evaluate(() => room.publish_to_user(5, "8", "again")), "2");
  assert.deepEqual(jill.broadcasts().at(-1).options, { channel: "rooms/43", to: { dbo_id: 5, row_id: 8 } });

  await jill.page.evaluate(() => {
    const actions = room.actions();
    window.departed = (async () => {
      while ((await actions.next()) !== "departed: 0");
    })();
  });
  await nobody.page.close();
  await jill.page.evaluate(() => departed);
  assert.deepEqual(await jill.page.evaluate(() => room.presence()), ["5/8 Jack"]);
});

test("what has no address is refused in words, and goes to no one", async (t) => {
  await arrive(t, world, { room: "rooms/44" });
  const jill = await arrive(t, world, { room: "rooms/44", more: { token: jillsToken() } });
  const faults = await jill.page.evaluate(async () => {
    const fault = (error) => error.message;
    const said = (work) => {
      try {
        return work();
      } catch (error) {
        return fault(error);
      }
    };
    return [
      await room.publish_to_first("psst").catch(fault),
      said(() => room.message_to_socket("jack")),
      said(() => room.message_to_authenticated()),
    ];
  });
  for (const fault of faults) assert.match(fault, /^there is no such recipient, and nothing was sent/);
  await jill.settled();
  assert.deepEqual(jill.broadcasts(), []);
});

test("messages are one enum: its tag is the type, its content the payload", async (t) => {
  const visitor = await arrive(t, world);
  const { heard, receipts } = await visitor.page.evaluate(async () => {
    const messages = room.typed_messages();
    room.send_typed("hello");
    const receipts = [await room.publish_louder("hello"), await room.publish_shrug()];
    return { heard: messages.take_all(), receipts };
  });
  assert.deepEqual(heard, ['Send { text: "hello" }', 'Louder("hello!")']);
  assert.deepEqual(receipts, ["1", "0, dropped"]);
  const sent = visitor.broadcasts().map(({ type, payload }) => [type, payload]);
  assert.deepEqual(sent, [
    ["send", { text: "hello" }],
    ["louder", "hello"],
    ["shrug", null],
  ]);
});

test("a message of an unknown type, or of none, is told, and the stream goes on", async (t) => {
  const visitor = await arrive(t, world);
  const { page, connection } = visitor;
  await page.evaluate(() => {
    window.messages = room.typed_messages();
  });
  for (const message of [{ type: "zero", payload: 0 }, { payload: "none" }, { type: "louder", payload: 7 }]) {
    connection.send({ action: "message", channel: "rooms/42", ...message });
  }
  connection.send({ action: "message", channel: "rooms/42", type: "send", payload: { text: "still here" } });
  await visitor.settled();
  const [unknown, without, wrong, right] = await page.evaluate(() => messages.take_all());
  assert.match(unknown, /^misfit at type: .*unknown variant `zero`, expected one of `send`, `louder`, `shrug`/);
  assert.match(without, /^misfit at .*: .*type/);
  assert.match(wrong, /^misfit at payload: .*string/);
  assert.equal(right, 'Send { text: "still here" }');
});

test("a message without a type is refused in words", async (t) => {
  const visitor = await arrive(t, world, { options: { messageType: "" } });
  const faults = await visitor.page.evaluate(async () => {
    const said = (work) => {
      try {
        return work();
      } catch (error) {
        return error.message;
      }
    };
    const published = await room.publish("hello").catch(({ message }) => message);
    return [said(() => room.message("hello")), said(() => room.send_untyped()), published];
  });
  for (const fault of faults) assert.match(fault, /needs a type: give message_type\(\).*with_message_type\(\)/);
  await visitor.settled();
  assert.deepEqual(visitor.broadcasts(), []);
});

test("a message that comes too soon is refused with the time to wait", async (t) => {
  const { page } = await arrive(t, world, { room: "talk" });
  const told = await page.evaluate(async () => {
    await room.publish("one");
    return room.publish("two").catch(({ code, retryAfter }) => [code, retryAfter]);
  });
  const [code, retryAfter] = told;
  assert.equal(code, "rate_limited");
  assert.ok(retryAfter > 0 && retryAfter <= 60, `${retryAfter} s`);
});

test("there is no history to ask for", async (t) => {
  const { page } = await arrive(t, world);
  const fault = await page.evaluate(() => room.history().catch(({ message }) => message));
  assert.match(fault, /^Realtime V2 has no history to ask for/);
});

test("after an interruption a channel that delivers at most once says so", async (t) => {
  for (const [recover, words] of [
    [false, "interrupted"],
    [true, "gappossible"],
  ]) {
    const visitor = await arrive(t, world, { options: { recover } });
    await visitor.page.evaluate(() => {
      window.actions = room.actions();
    });
    await visitor.interrupt();
    const told = await visitor.page.evaluate(() => actions.take_all());
    assert.deepEqual(
      told.filter((one) => one !== "joined" && !one.startsWith("present")),
      [words],
    );
  }
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

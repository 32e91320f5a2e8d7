// The client on Realtime V2 beside the model of its service: connections, joins, messages, members and errors.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeSocket } from "../support/node-page.js";
import { tokenOf } from "../support/v2/rooms.js";
import { payloadsOf, recorded, v2Page } from "../support/v2-page.js";

const ROOM = "rooms/42";

test("the socket goes to /ws/, with the token as its only subprotocol", async (t) => {
  const page = v2Page(t);
  page
    .client({ realtimeAuthToken: tokenOf(7) })
    .channel(ROOM)
    .on(() => {});
  assert.equal(FakeSocket.latest.url, "wss://x8.xano.io/ws/rtmain01");
  assert.deepEqual(FakeSocket.latest.protocols, [tokenOf(7)]);
});

test("a base URL with a tenant adds its name to a canonical that names none", async (t) => {
  const page = v2Page(t);
  const address = (instanceBaseUrl, realtimeCanonical) => {
    page
      .client({ instanceBaseUrl, realtimeCanonical, realtimeClientId: instanceBaseUrl })
      .channel(ROOM)
      .on(() => {});
    return FakeSocket.latest.url;
  };
  assert.equal(address("https://x8.xano.io/tenant/acme", "rtmain01"), "wss://x8.xano.io/ws/acme:rtmain01");
  assert.equal(address("https://x8.xano.io/tenant/acme/", "other:rtmain01"), "wss://x8.xano.io/ws/other:rtmain01");
  assert.equal(address("https://x8.xano.io/api:1", "acme:rtmain01"), "wss://x8.xano.io/ws/acme:rtmain01");
});

test("nothing but pings goes out before one is answered, with a pause between them that grows", async (t) => {
  const page = v2Page(t, { handshake_delay_ms: 3_950 });
  const channel = page.client().channel(ROOM, { messageType: "send" });
  const actions = recorded(channel);
  channel.message("early");
  const times = [];
  const start = performance.now();
  await page.pass();
  for (const seen = page.connection.received; performance.now() < start + 3_900; await page.pass(50)) {
    while (times.length < seen.length) times.push(performance.now() - start);
  }
  assert.deepEqual(times.slice(0, 11), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
  assert.deepEqual(times.slice(11), [1_200, 1_600, 2_400, 3_400]);
  assert.ok(page.connection.received.every(({ text }) => text === '{"action":"ping"}'));
  assert.deepEqual(actions, []);
  await page.pass(1_000);
  const sent = FakeSocket.latest.sent.map(({ action }) => action).filter((action) => action !== "ping");
  assert.deepEqual(sent, ["join", "broadcast"]);
  assert.equal(actions[0].payload.status, "connected");
  assert.deepEqual(payloadsOf(actions, "message"), ["early"]);
});

test("frames are those of the golden file", async (t) => {
  const page = v2Page(t);
  const channel = page.client({ realtimeClientId: "a-client-of-jill" }).channel(ROOM, { presence: true });
  channel.on(() => {});
  await page.pass(100);
  channel.message({ text: "Hello" }, { type: "send" });
  channel.message(undefined, { type: "send" });
  channel.message("psst", { type: "send", to: { dbo_id: 5, row_id: 7 } });
  await page.pass();
  channel.destroy();
  const options = { channel: ROOM };
  const broadcast = { action: "broadcast", type: "send", options };
  const frames = FakeSocket.latest.sent.filter(({ action }) => action !== "ping");
  assert.deepEqual(frames, [
    {
      action: "join",
      options: { ...options, client_id: "a-client-of-jill" },
      payload: { history: false, presence: true },
    },
    { ...broadcast, payload: { text: "Hello" } },
    { ...broadcast, payload: null },
    { ...broadcast, options: { ...options, to: { dbo_id: 5, row_id: 7 } }, payload: "psst" },
    { action: "leave", options, payload: null },
  ]);
});

test("a message comes with every field of its frame, to the handlers of its channel", async (t) => {
  const page = v2Page(t);
  const client = page.client();
  const channel = client.channel(ROOM, { messageType: "send" });
  const [here, there] = [recorded(channel), recorded(client.channel("rooms/lounge"))];
  await page.pass(100);
  channel.message({ text: "Hello" });
  await page.pass();
  const [{ action, type, payload, channel: name, options }] = here.filter(({ action }) => action === "message");
  assert.deepEqual(
    { action, type, payload, name, options },
    {
      action: "message",
      type: "send",
      payload: { text: "Hello" },
      name: ROOM,
      options: { channel: ROOM },
    },
  );
  assert.deepEqual(payloadsOf(here, "broadcast"), [{ delivered_local: 1 }]);
  assert.deepEqual(payloadsOf(there, "message"), []);
});

test("the type of a message is that of its options, else that of the channel; without one it throws", async (t) => {
  const page = v2Page(t);
  const client = page.client();
  const typed = client.channel(ROOM, { messageType: "louder" });
  const actions = recorded(typed);
  await page.pass(100);
  typed.message("hey");
  typed.message("hey", { type: "send" });
  await page.pass();
  assert.deepEqual(payloadsOf(actions, "message"), ["hey!", "hey"]);
  const untyped = client.channel("lobby");
  const both = /^Error: .+"lobby".+messageType.+\{ type \}/;
  assert.throws(() => untyped.message("hey"), both);
  assert.throws(() => typed.message("hey", { type: "" }), /type/);
  await assert.rejects(untyped.publish("hey"), both);
});

test("a channel is joined once per socket, whatever later objects of it wish", async (t) => {
  const page = v2Page(t);
  const client = page.client();
  client.channel(ROOM).on(() => {});
  await page.pass(100);
  client.channel(ROOM, { presence: true, history: true }).on(() => {});
  await page.pass();
  assert.equal(page.sentOf("join").length, 1);
  page.connection.drop(1006);
  await page.pass(1_000);
  assert.equal(page.sentOf("join").length, 1);
});

test("joined resolves with the acknowledgement, and rejects with the service's refusal", async (t) => {
  const page = v2Page(t);
  const client = page.client();
  const admitted = client.channel(ROOM).joined;
  const refused = client.channel("members").joined;
  await page.pass(100);
  await admitted;
  await assert.rejects(refused, /Sign in to join members/);
});

test("clients share a socket where URL, token and client id are the same", async (t) => {
  const page = v2Page(t);
  const before = FakeSocket.all.length;
  for (const realtimeClientId of ["one", "one", "two"])
    page
      .client({ realtimeClientId })
      .channel(ROOM)
      .on(() => {});
  await page.pass(100);
  assert.equal(FakeSocket.all.length - before, 2);
});

test("the client id is made once for the page, or kept in the session's storage", async (t) => {
  const page = v2Page(t);
  const idOf = async (realtimeClientId) => {
    const channel = page
      .client({ realtimeClientId, instanceBaseUrl: `https://x${Math.random()}.xano.io` })
      .channel(ROOM);
    channel.on(() => {});
    await page.pass(100);
    const [{ options }] = page.sentOf("join");
    channel.destroy();
    return options.client_id;
  };
  const made = await idOf(undefined);
  assert.match(made, /^xano-\d+-[\d,]+$/);
  assert.equal(await idOf(undefined), made);
  assert.equal(await idOf({ storage: true }), made, "without sessionStorage");
  globalThis.sessionStorage = { XanoRealtimeClientId: "of an earlier page" };
  t.after(() => delete globalThis.sessionStorage);
  assert.equal(await idOf({ storage: true }), "of an earlier page");
  globalThis.sessionStorage = {};
  assert.equal(await idOf({ storage: true }), made);
  assert.equal(sessionStorage.XanoRealtimeClientId, made);
});

test("getPresence has each identity once, and anonymous members one by one", async (t) => {
  const page = v2Page(t);
  const channel = page.client().channel(ROOM, { presence: true });
  channel.on(() => {});
  const guests = [page.client({ realtimeClientId: "b" }), page.client({ realtimeClientId: "c" })];
  const jill = page.client({ realtimeAuthToken: tokenOf(7, { name: "jill" }) });
  await page.pass(100);
  for (const other of [...guests, jill]) other.channel(ROOM).on(() => {});
  await page.pass(100);
  const ids = () =>
    channel
      .getPresence()
      .map(({ id }) => id)
      .sort();
  assert.deepEqual(ids(), ["0", "0", "7"]);
  guests[0].destroy();
  await page.pass(100);
  assert.deepEqual(ids(), ["0", "7"]);
  jill.destroy();
  await page.pass(100);
  assert.deepEqual(ids(), ["0"]);
});

test("a channel object that is made after the join lists the members too", async (t) => {
  const page = v2Page(t);
  page
    .client({ realtimeAuthToken: tokenOf(7) })
    .channel(ROOM)
    .on(() => {});
  await page.pass(100);
  const client = page.client();
  client.channel(ROOM).on(() => {});
  await page.pass(100);
  const late = client.channel(ROOM);
  const [{ id, channel }] = late.getPresence();
  assert.equal(id, "7");
  assert.equal(channel, late);
});

test("a member is addressed by its identity, and an anonymous member has none", async (t) => {
  const page = v2Page(t);
  const jill = page.client({ realtimeAuthToken: tokenOf(7) }).channel(ROOM);
  const jack = page.client({ realtimeAuthToken: tokenOf(8) }).channel(ROOM, { presence: true, messageType: "send" });
  const guest = page.client().channel(ROOM);
  const [toJill, toJack, toGuest] = [jill, jack, guest].map(recorded);
  await page.pass(100);
  const members = jack.getPresence();
  members.find(({ id }) => id === "7").message("psst");
  const receipt = members.find(({ id }) => id === "7").publish("again");
  await page.pass();
  assert.deepEqual(await receipt, { id: undefined, delivered: 1 });
  assert.deepEqual(
    [toJill, toJack, toGuest].map((actions) => payloadsOf(actions, "message")),
    [["psst", "again"], [], []],
  );
  assert.throws(() => members.find(({ id }) => id === "0").message("psst"), /anonymous/i);
});

test("the transcript comes as messages between its two marks", async (t) => {
  const page = v2Page(t);
  const first = page.client().channel("talk", { messageType: "send" });
  first.on(() => {});
  await page.pass(100);
  first.message("kept");
  const actions = recorded(page.client({ realtimeClientId: "later" }).channel("talk"));
  await page.pass(100);
  const told = actions.map(({ action, payload }) => (action === "message" ? payload : action));
  assert.deepEqual(told, ["connection_status", "join", "conversation_start", "kept", "conversation_end"]);
});

test("errors go to functions for errors alone; history() asks nothing on V2", async (t) => {
  const page = v2Page(t);
  const channel = page.client().channel("rooms/lounge");
  const [handled, errors] = [[], []];
  channel.on(
    ({ action }) => void handled.push(action),
    ({ payload }) => void errors.push(payload.message),
  );
  await page.pass(100);
  channel.history();
  channel.message("x", { type: "unknown" });
  await page.pass();
  assert.deepEqual(errors, ["Unknown message type: unknown"]);
  assert.deepEqual(handled, ["connection_status", "join"]);
  await assert.rejects(channel.fetchHistory(), { code: "not_on_v2" });
  assert.deepEqual(page.sentOf("history"), []);
});

test("a refused connection says which version was asked for, and what the service has answered", async (t) => {
  const page = v2Page(t);
  const channel = page.client({ realtimeCanonical: "1lK90n16tnnylJpJ0Xa7Km6_KxA" }).channel(ROOM);
  const actions = recorded(channel);
  await page.pass(1_000);
  const errors = actions.filter(({ action }) => action === "error").map(({ payload }) => payload);
  assert.equal(errors[0].message, "Unknown connection hash");
  assert.equal(errors[1].code, "unauthorized");
  assert.match(
    errors[1].message,
    /4401.+or the canonical\?.+\/ws\/1lK90n16tnnylJpJ0Xa7Km6_KxA \(Realtime V2\): Unknown connection hash \(Is realtimeVersion right\?\)$/,
  );
  await assert.rejects(channel.joined, { code: "unauthorized" });
});

test("a server that answers no handshake of V2 is told with the address and what it has answered, and a hash of V1 as a likely cause", async (t) => {
  const page = v2Page(t);
  globalThis.WebSocket = class extends FakeSocket {
    constructor(...args) {
      super(...args);
      queueMicrotask(() => {
        // As of the npm package ws.
        this.dispatchEvent(Object.assign(new Event("error"), { message: "Unexpected server response: 404" }));
        this.drop(1006);
      });
    }
  };
  const told = recorded(page.client({ realtimeCanonical: "1lK90n16tnnylJpJ0Xa7Km6_KxA" }).channel(ROOM));
  await page.pass(10_000);
  const [{ message, code }] = payloadsOf(told, "error");
  assert.equal(code, "cannot_connect");
  assert.match(
    message,
    /\/ws\/1lK90n16tnnylJpJ0Xa7Km6_KxA \(Realtime V2\): Unexpected server response: 404 \(Is realtimeVersion right\?\)$/,
  );
});

test("a server that answers no handshake of V2, and says nothing, is told with the address, and that it gave no reason", async (t) => {
  const page = v2Page(t);
  globalThis.WebSocket = class extends FakeSocket {
    constructor(...args) {
      super(...args);
      queueMicrotask(() => this.drop(1006));
    }
  };
  const told = recorded(page.client().channel(ROOM));
  await page.pass(10_000);
  assert.match(payloadsOf(told, "error")[0].message, /\/ws\/rtmain01 \(Realtime V2\): no reason$/);
});

test("an error on the connection gets no advice about channels on the console, one on a channel does", async (t) => {
  const page = v2Page(t);
  const { mock } = t.mock.method(console, "warn", () => {});
  page
    .client({ realtimeCanonical: "unknown" })
    .channel(ROOM)
    .on("message", () => {});
  page
    .client()
    .channel("nowhere/1")
    .on("message", () => {});
  await page.pass(1_000);
  const told = mock.calls.map(({ arguments: [line] }) => line);
  assert.ok(told.includes("xano: error on the connection: Unknown connection hash"), `${told}`);
  assert.match(
    told.find((line) => line.includes("nowhere/1")),
    /No settings for channel name \(Is the channel .+ send what\?/,
  );
});

test("a client that sends nothing for 30 s sends a ping, whatever it receives, and is never dropped as idle", async (t) => {
  const page = v2Page(t);
  const channel = page.client().channel("rooms/lounge", { messageType: "send" });
  const actions = recorded(channel);
  await page.pass(100);
  const pings = () => page.sentOf("ping").length;
  const before = pings();
  for (let at = 0; at < 25_000; at += 5_000) {
    page.service.publish({ address: "rtmain01", channel: "rooms/lounge", data: at });
    await page.pass(5_000);
  }
  assert.equal(pings(), before);
  await page.pass(6_000);
  assert.equal(pings(), before + 1);
  channel.message("own");
  await page.pass(29_000);
  assert.equal(pings(), before + 1);
  await page.pass(1_201_000);
  assert.equal(pings(), before + 42);
  assert.deepEqual(actions.filter(({ action }) => action === "connection_status").length, 1);
});

test("a service that answers no ping within 5 s is given up", async (t) => {
  const page = v2Page(t);
  const actions = recorded(page.client().channel(ROOM));
  await page.pass(100);
  const first = page.connection;
  first.isSilent = true;
  await page.pass(34_800);
  assert.equal(page.connection, first);
  await page.pass(1_000);
  assert.notEqual(page.connection, first);
  assert.deepEqual(
    payloadsOf(actions, "connection_status").map(({ status }) => status),
    ["connected", "disconnected", "connected"],
  );
});

// The model of the V2 service as a bare WebSocket client meets it: how a connection begins, is refused, and ends.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import WebSocket from "ws";
import { mutations } from "../support/hostile-frames.js";
import { CHANNELS, SECRET, tokenOf } from "../support/v2/rooms.js";
import { Service } from "../support/v2/service.js";
import { MODEL_ONLY, stage } from "../support/v2/stage.js";
import { signToken } from "../support/token.js";

const NOT_READY = { action: "error", payload: { message: "Connection is not ready" } };
const TEN_MINUTES_MS = 600_000;

test("the socket opens first: until the service is ready it refuses every frame, pings too, and drops it", {
  skip: MODEL_ONLY,
}, async (t) => {
  const { service, clock, knock } = await stage(t, { handshake_delay_ms: 150 });
  const jill = await knock();
  jill.say({ action: "ping" });
  jill.join("lobby");
  assert.deepEqual([await jill.next(), await jill.next()], [NOT_READY, NOT_READY]);
  await clock.advance(149);
  jill.say({ action: "ping" });
  assert.deepEqual(await jill.next(), NOT_READY);
  await clock.advance(1);
  assert.deepEqual(await jill.answers(), [], "the early join is gone");
  assert.equal(service.timesFired("join"), 0);
  assert.equal(jill.connection.receivedOf("join").length, 1);
  assert.deepEqual(
    jill.connection.received.map(({ isReady }) => isReady),
    [false, false, false, true],
  );
});

test("a ping is answered with a pong, and a ready socket stays ready", async (t) => {
  const { clock, arrive } = await stage(t);
  const jill = await arrive();
  jill.say({ action: "ping" });
  assert.deepEqual(await jill.next(), { action: "pong" });
  await clock.advance(60_000);
  assert.deepEqual(await jill.answers(), []);
});

const anonymous = ({ user }) => ({ allowed: user !== undefined, reason: "Members only" });
const crash = () => {
  throw new Error("a fault in the workspace");
};
const trigger = (connect) => ({ triggers: { connect } });

const REFUSALS = {
  "the canonical is unknown": [{ canonical: "another" }, {}, "Unknown connection hash"],
  "the server is off": [{ enabled: false }, {}, "Realtime server is disabled"],
  "no channel is active": [
    { channels: [{ name: "closed", active: false }] },
    {},
    "Realtime server has no active channel",
  ],
  "no active channel admits anonymous clients": [{ channels: [{ name: "staff" }] }, {}, "Authentication is required"],
  "the token is not signed": [{}, { token: "abc.def.ghi" }, "Invalid token"],
  "the token is signed by another": [{}, { token: signToken("another key", { dbo_id: 5, id: 7 }) }, "Invalid token"],
  "the token is another tenant's": [{}, { token: tokenOf(7, {}, { tenant: "acme" }) }, "Invalid token"],
  "the trigger denies with a reason": [trigger(anonymous), {}, "Members only"],
  "the trigger answers with anything but a strict true": [trigger(() => ({ allowed: "yes" })), {}, "Connection denied"],
  "the trigger answers with nothing": [trigger(() => null), {}, "Connection denied"],
  "the trigger crashes": [trigger(crash), {}, "Connection denied"],
};

for (const [why, [changes, visit, message]] of Object.entries(REFUSALS)) {
  test(`a connection is refused with one error and 4401 when ${why}`, async (t) => {
    const { clock, knock } = await stage(t, changes);
    const jill = await knock(visit);
    await clock.advance(0);
    assert.deepEqual(await jill.closed, { code: 4401, reason: "" });
    const reason = MODEL_ONLY && message === "Invalid token" ? jill.frames[0]?.payload.message : message;
    assert.deepEqual(jill.frames, [{ action: "error", payload: { message: reason } }]);
  });
}

test("a connection is admitted by a trigger with a truthy answer, and the trigger sees the user", {
  skip: MODEL_ONLY,
}, async (t) => {
  const { service, arrive } = await stage(
    t,
    trigger(({ user }) => user?.extras.name),
  );
  const jack = await arrive({ token: tokenOf(7, { name: "Jack" }) });
  assert.equal(jack.socket.protocol, tokenOf(7, { name: "Jack" }), "the token comes back as the subprotocol");
  assert.equal(service.timesFired("connect"), 1);
});

test("tenants with one canonical are apart, and a tenant's token is good there", async (t) => {
  const { arrive } = await stage(t);
  const token = tokenOf(7, {}, { tenant: "acme" });
  const acme = await arrive({ address: "acme:rtmain01", token, join: ["rooms/1"] });
  const other = await arrive({ address: "umbrella:rtmain01", join: ["rooms/1"] });
  acme.broadcast("rooms/1", "hello");
  assert.deepEqual((await acme.answersOf("broadcast"))[0].payload, { delivered_local: 1 });
  assert.deepEqual(await other.answers(), []);
});

test("a path that is not V2's is no WebSocket", async (t) => {
  const { baseUrl } = await stage(t);
  for (const path of ["/rt/rtmain01", "/ws/", "/ws/a/b", "/"]) {
    const socket = new WebSocket(baseUrl.replace("http", "ws") + path);
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 404, path);
    response.destroy();
  }
});

test("a client that sends nothing for ten minutes is cut off; every frame starts the time anew", {
  skip: MODEL_ONLY,
}, async (t) => {
  const { service, clock, arrive } = await stage(t);
  const jill = await arrive({ join: ["lobby"] });
  await clock.advance(TEN_MINUTES_MS - 1);
  jill.broadcast("lobby", "refused, and a frame all the same");
  await jill.answers();
  service.publish({ address: "rtmain01", channel: "lobby", data: "does not count: it goes the other way" });
  await clock.advance(TEN_MINUTES_MS - 1);
  assert.equal(jill.connection.isClosed, false);
  await clock.advance(1);
  assert.equal((await jill.closed).code, 1006);
  assert.equal(service.timesFired("leave", "lobby"), 1);
  assert.equal(service.timesFired("disconnect"), 1);
});

test("a test drops a socket with any close code", { skip: MODEL_ONLY }, async (t) => {
  const { arrive } = await stage(t);
  for (const code of [1000, 1001, 1005, 1006, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4000, 4401]) {
    const jill = await arrive();
    jill.connection.drop(code, "why");
    const hasReason = code !== 1005 && code !== 1006;
    assert.deepEqual(await jill.closed, { code, reason: hasReason ? "why" : "" });
  }
});

test("a test has messages sent twice, with one id", { skip: MODEL_ONLY }, async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive({ join: ["orders/7"] });
  jill.connection.duplicates = 1;
  for (const payload of ["twice", "once"]) jill.broadcast("orders/7", payload);
  const messages = await jill.answersOf("message");
  assert.deepEqual(
    messages.map(({ payload }) => payload),
    ["twice", "twice", "once"],
  );
  assert.equal(messages[0].id, messages[1].id);
  jill.connection.duplicates = 2;
  jill.join("orders/7", "of Jill");
  assert.deepEqual(
    (await jill.answersOf("replay")).map(({ payload }) => payload),
    ["twice", "twice", "once", "once"],
  );
});

test("a test sends hostile frames, as they are", { skip: MODEL_ONLY }, async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive();
  for (const text of ["not JSON", "", '{"action":"message","channel":[]}']) jill.connection.sendText(text);
  assert.deepEqual(await jill.answers(), ["not JSON", "", { action: "message", channel: [] }]);
});

test("a test silences a socket: it stays open, and nothing goes either way", { skip: MODEL_ONLY }, async (t) => {
  const { arrive } = await stage(t);
  const [jack, jill] = [await arrive({ join: ["rooms/1"] }), await arrive({ join: ["rooms/1"] })];
  jill.connection.isSilent = true;
  const before = jill.connection.received.length;
  jill.broadcast("rooms/1", "lost");
  jack.broadcast("rooms/1", "not heard");
  assert.deepEqual((await jack.answersOf("broadcast"))[0].payload, { delivered_local: 2 });
  assert.equal(jill.socket.readyState, WebSocket.OPEN);
  jill.socket.close();
  await jill.closed;
  assert.deepEqual([jill.frames, jill.connection.received.length], [[], before]);
});

test("no frame of a client makes the service fail", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive({ join: ["rooms/1", "orders/7"] });
  for (const text of mutations()) jill.socket.send(text.replaceAll('"a"', '"orders/7"'));
  jill.join("the-end");
  while ((await jill.next()).channel !== "the-end");
  jill.socket.send(Buffer.from("binary"));
  assert.deepEqual(await jill.answers(), [{ action: "error", payload: { message: "Internal error" } }]);
});

test("a setting that the model does not follow is refused by its place", () => {
  const channels = [...CHANNELS, { name: "more", delivery: { per_recipient: true } }];
  const settings = { servers: [{ name: "main", canonical: "rtmain01", channels }] };
  const place = `servers[0].channels[${CHANNELS.length}].delivery.per_recipient`;
  assert.throws(() => new Service({ settings, secret: SECRET }), { message: `${place} is not in the model` });
});

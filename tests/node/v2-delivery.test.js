// The model of the V2 service as a bare WebSocket client meets it: the transcript, at-least-once delivery with its
// cursors, rate limits, and what the workspace publishes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADDRESS, tokenOf } from "../support/v2/rooms.js";
import { MODEL_ONLY, stage } from "../support/v2/stage.js";

const ORDERS = "orders/7";
const FIRST_ID = "1788471242950-0";
const MINUTE_MS = 60_000;

const payloads = (frames) => frames.map(({ payload }) => payload);

/** Joins once more on a new socket; resolves with what the service sends then. */
async function rejoin(arrive, channel, { clientId, token } = {}) {
  const client = await arrive({ token });
  client.join(channel, clientId);
  const frames = await client.answers();
  return { client, joined: frames[0].payload, replay: frames.filter(({ action }) => action === "replay"), frames };
}

test("the transcript is pushed at the join: the newest messages, each with its time", {
  skip: MODEL_ONLY,
}, async (t) => {
  const { service, clock, arrive } = await stage(t);
  const say = (data) => service.publish({ address: ADDRESS, channel: "talk", message: "send", data });
  for (const data of ["1", "2", "3"]) say(data);
  await clock.advance(2_000);
  say("4");
  const { frames } = await rejoin(arrive, "talk");
  assert.deepEqual(frames.slice(1, 3), [
    { action: "conversation_start", channel: "talk", payload: { count: 3 } },
    { action: "message", channel: "talk", type: "send", payload: "2", conversation: true, ts: 1788471242 },
  ]);
  assert.deepEqual(
    frames.slice(2, 5).map(({ payload, ts }) => [payload, ts]),
    [
      ["2", 1788471242],
      ["3", 1788471242],
      ["4", 1788471244],
    ],
  );
  assert.deepEqual(frames.at(-1), { action: "conversation_end", channel: "talk", payload: {} });
});

test("a transcript of limit 0 is empty, on a channel with a stream too", async (t) => {
  const delivery = { guarantee: "at_least_once" };
  const none = { name: "none", anonymous_clients: true, conversation: { enabled: true, limit: 0 }, delivery };
  const { service, arrive } = await stage(t, { channels: [none] });
  await service.publish({ address: ADDRESS, channel: "none", message: "send", data: "gone" });
  const { frames } = await rejoin(arrive, "none");
  assert.deepEqual(payloads(frames).slice(1), [{ count: 0 }, {}]);
});

test("after so many seconds of silence the whole transcript goes", { skip: MODEL_ONLY }, async (t) => {
  const brief = { name: "brief", anonymous_clients: true, conversation: { enabled: true, limit: 5, ttl: 60 } };
  const { service, clock, arrive } = await stage(t, { channels: [brief] });
  const say = (data) => service.publish({ address: ADDRESS, channel: "brief", message: "send", data });
  say("1");
  await clock.advance(MINUTE_MS);
  say("2");
  await clock.advance(MINUTE_MS);
  assert.deepEqual(payloads((await rejoin(arrive, "brief")).frames).slice(1), [{ count: 2 }, "1", "2", {}]);
  await clock.advance(1);
  assert.deepEqual(payloads((await rejoin(arrive, "brief")).frames).slice(1), [{ count: 0 }, {}]);
});

test("transcript and stream keep what went to the channel, and no answer to the sender alone", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive({ join: [ORDERS] });
  jill.broadcast(ORDERS, "kept");
  jill.broadcast(ORDERS, "for the sender", "echo");
  const [, receipt, echo, echoReceipt] = await jill.answers();
  assert.match(receipt.payload.id, /^\d+-\d+$/);
  assert.equal(receipt.payload.delivered_local, 1);
  assert.equal(echo.id, undefined);
  assert.deepEqual(echoReceipt.payload, { delivered_local: 1 });
  const { frames } = await rejoin(arrive, ORDERS, { clientId: "a" });
  assert.deepEqual(payloads(frames).slice(1), [{ count: 1 }, "kept", {}, "kept"]);
});

test("a direct message is in neither", async (t) => {
  const channel = { name: "direct", publish: { direct: true }, messages: [{ name: "send" }] };
  const kept = { conversation: { enabled: true, limit: 5 }, delivery: { guarantee: "at_least_once" } };
  const { arrive } = await stage(t, { channels: [{ ...channel, ...kept }] });
  const jack = await arrive({ token: tokenOf(7), join: ["direct"] });
  jack.direct("direct", { dbo_id: 5, row_id: 8 }, "psst");
  assert.deepEqual(payloads(await jack.answers()), [{ delivered_local: 0, direct: true }]);
  const { frames } = await rejoin(arrive, "direct", { token: tokenOf(8) });
  assert.deepEqual(payloads(frames).slice(1), [{ count: 0 }, {}]);
});

test("ids grow, in milliseconds and a number within them", { skip: MODEL_ONLY }, async (t) => {
  const { service, clock, arrive } = await stage(t);
  const jill = await arrive({ join: [ORDERS] });
  for (const after_ms of [0, 0, 1]) {
    await clock.advance(after_ms);
    service.publish({ address: ADDRESS, channel: ORDERS, message: "send", data: "x" });
  }
  const messages = await jill.answersOf("message");
  assert.deepEqual(
    messages.map(({ id }) => id),
    [FIRST_ID, "1788471242950-1", "1788471242951-0"],
  );
});

test("a join replays what is not acknowledged, the first one the whole window, and says where it stands", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive();
  jill.join(ORDERS, "of Jill");
  assert.deepEqual((await jill.answers())[0].payload, {
    joined: true,
    params: { order_id: "7" },
    cursor: "0",
    resumed: false,
  });
  for (const payload of ["1", "2", "3"]) jill.broadcast(ORDERS, payload);
  const messages = await jill.answersOf("message");
  jill.ack(ORDERS, messages[1].id, "of Jill");
  assert.deepEqual(payloads(await jill.answers()), [{ cursor: messages[1].id }]);
  const again = await rejoin(arrive, ORDERS, { clientId: "of Jill" });
  assert.deepEqual([again.joined.cursor, again.joined.resumed], [messages[1].id, true]);
  assert.deepEqual(again.replay, [{ ...messages[2], action: "replay" }]);
  const john = await rejoin(arrive, ORDERS, { clientId: "of John" });
  assert.deepEqual([john.joined.cursor, john.joined.resumed], ["0", false]);
  assert.deepEqual(payloads(john.replay), ["1", "2", "3"]);
});

test("two sockets of one user share a cursor, whatever their client ids are", async (t) => {
  const { arrive } = await stage(t);
  const token = tokenOf(7);
  const { client } = await rejoin(arrive, ORDERS, { token, clientId: "one tab" });
  client.broadcast(ORDERS, "1");
  client.ack(ORDERS, (await client.answersOf("message"))[0].id, "one tab");
  await client.answers();
  const other = await rejoin(arrive, ORDERS, { token, clientId: "another tab" });
  assert.deepEqual([other.joined.resumed, other.replay], [true, []]);
});

test("an anonymous client without a client id has no cursor: nothing is replayed, nothing is confirmed", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive({ join: [ORDERS] });
  jill.broadcast(ORDERS, "1");
  const [{ id }] = await jill.answersOf("message");
  jill.ack(ORDERS, id);
  assert.deepEqual(await jill.answers(), []);
  const again = await rejoin(arrive, ORDERS);
  assert.deepEqual([again.joined.cursor, again.joined.resumed, again.replay], ["0", false, []]);
});

test("a cursor never moves backwards, and numbers are compared as numbers", async (t) => {
  const { service, arrive } = await stage(t);
  const { client } = await rejoin(arrive, ORDERS, { clientId: "a" });
  for (let count = 0; count < 11; count += 1) await service.publish({ address: ADDRESS, channel: ORDERS, data: count });
  const ids = (await client.answersOf("message")).map(({ id }) => id);
  for (const n of [9, 10, 2]) client.ack(ORDERS, ids[n], "a");
  assert.deepEqual(
    (await client.answersOf("ack")).map(({ payload }) => payload.cursor),
    [ids[9], ids[10], ids[10]],
  );
});

test("the id of an acknowledgement stands at top level or in the options, never in the payload", async (t) => {
  const { service, arrive } = await stage(t);
  const { client } = await rejoin(arrive, ORDERS, { token: tokenOf(7) });
  for (const data of [1, 2, 3]) await service.publish({ address: ADDRESS, channel: ORDERS, data });
  const ids = (await client.answersOf("message")).map(({ id }) => id);
  client.say({ action: "ack", channel: ORDERS, payload: { cursor: ids[2] } });
  for (const id of [7, null, "0", "later", "1-2-3"]) client.ack(ORDERS, id);
  assert.deepEqual(await client.answersOf("ack", "error"), []);
  client.say({ action: "ack", channel: ORDERS, id: ids[1], options: { id: ids[2] } });
  assert.deepEqual(payloads(await client.answersOf("ack")), [{ cursor: ids[1] }]);
});

test("an acknowledgement on an at-most-once channel is not answered, and its messages have no id", async (t) => {
  const { arrive } = await stage(t);
  const jack = await arrive({ token: tokenOf(7), join: ["talk"] });
  jack.broadcast("talk", "1");
  jack.ack("talk", FIRST_ID);
  assert.deepEqual(await jack.answers(), [
    { action: "message", channel: "talk", type: "send", payload: "1" },
    { action: "broadcast", channel: "talk", payload: { delivered_local: 1 } },
  ]);
});

const WINDOWS = {
  "the limit of the transcript": [{ limit: 5 }, 5],
  "a thousand messages without one": [{}, 1_000],
  "everything within the ttl, whatever the limit": [{ enabled: true, limit: 5, ttl: 60 }, 1_001, 5],
};

for (const [window, [conversation, count, transcript]] of Object.entries(WINDOWS)) {
  test(`the window of a stream is ${window}`, async (t) => {
    const stream = { name: "stream", anonymous_clients: true, conversation, delivery: { guarantee: "at_least_once" } };
    const { service, arrive } = await stage(t, { channels: [stream] });
    for (let data = 1; data <= 1_001; data += 1) await service.publish({ address: ADDRESS, channel: "stream", data });
    const { replay, frames } = await rejoin(arrive, "stream", { clientId: "a" });
    assert.deepEqual([replay.length, replay[0].payload, replay.at(-1).payload], [count, 1_002 - count, 1_001]);
    const [start] = frames.filter(({ action }) => action === "conversation_start");
    assert.equal(start?.payload.count, transcript);
    if (transcript) assert.equal(frames[2].payload, 1_002 - transcript);
  });
}

test("the rate of a user is limited over all sockets, that of an anonymous client by socket", {
  skip: MODEL_ONLY,
}, async (t) => {
  const { clock, arrive } = await stage(t);
  const token = tokenOf(7);
  const [one, two] = [await arrive({ token, join: ["talk"] }), await arrive({ token, join: ["talk"] })];
  const [john, joan] = [await arrive({ join: ["talk"] }), await arrive({ join: ["talk"] })];
  const outcome = async (client) => {
    client.broadcast("talk", "hello");
    const [{ action, payload }] = await client.answersOf("broadcast", "error");
    return action === "error" ? payload.retry_after : action;
  };
  assert.deepEqual([await outcome(one), await outcome(two)], ["broadcast", 60]);
  assert.deepEqual([await outcome(john), await outcome(joan), await outcome(john)], ["broadcast", "broadcast", 60]);
  await clock.advance(MINUTE_MS - 1_500);
  assert.equal(await outcome(two), 2);
  await clock.advance(1_500);
  assert.equal(await outcome(two), "broadcast");
});

test("what the workspace publishes reaches the members, whoever may publish, and no handler runs", async (t) => {
  const { service, arrive } = await stage(t);
  const jill = await arrive({ join: ["lobby", "rooms/42"] });
  await service.publish({ address: ADDRESS, channel: "lobby", message: "send", data: { n: 1 } });
  await service.publish({ address: ADDRESS, channel: "rooms/42", message: "louder", data: "as it is" });
  assert.deepEqual(await jill.answers(), [
    { action: "message", channel: "lobby", type: "send", payload: { n: 1 } },
    { action: "message", channel: "rooms/42", type: "louder", payload: "as it is" },
  ]);
});

// The model of the V2 service as a bare WebSocket client meets it: names of channels, joins, presence and broadcasts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenOf } from "../support/v2/rooms.js";
import { MODEL_ONLY, stage } from "../support/v2/stage.js";

const ROOM = "rooms/42";
const JACK = { token: tokenOf(7, { name: "Jack" }), join: [ROOM] };
const JILL = { join: [ROOM] };

const payloads = (frames) => frames.map(({ payload }) => payload);
const ids = (members) => members.map(({ id }) => id);

test("a name matches one template: as many segments, literals before parameters, values as text", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive();
  for (const name of ["rooms/42", "rooms/lounge", "rooms/a-b_C"]) jill.join(name);
  assert.deepEqual(
    payloads(await jill.answersOf("join")).map(({ params }) => params),
    [{ room_id: "42" }, {}, { room_id: "a-b_C" }],
  );
  const refused = ["rooms", "rooms/", "rooms/1/2", "rooms/a b", "Rooms/1", "ROOMS/lounge", "closed"];
  for (const name of refused) jill.join(name);
  const errors = await jill.answers();
  assert.deepEqual(
    errors.map(({ channel }) => channel),
    refused,
  );
  assert.deepEqual(new Set(payloads(errors).map(({ message }) => message)), new Set(["No settings for channel name"]));
});

test("a join is answered, then the members, the transcript and the replay follow, before anything live", async (t) => {
  const channel = { name: "all", anonymous_clients: true, presence: true, publish: { who: "anyone" } };
  const kept = { conversation: { enabled: true, limit: 5 }, delivery: { guarantee: "at_least_once" } };
  const { arrive } = await stage(t, { channels: [{ ...channel, ...kept, messages: [{ name: "send" }] }] });
  const jill = await arrive({ join: ["all"] });
  jill.broadcast("all", "old");
  await jill.answers();
  const jack = await arrive({ token: tokenOf(7) });
  jack.join("all");
  jack.broadcast("all", "live");
  assert.deepEqual(
    (await jack.answers()).map(({ action, payload }) => (action === "message" ? payload : action)),
    ["join", "presence_full", "conversation_start", "old", "conversation_end", "replay", "live", "broadcast"],
  );
  assert.deepEqual(
    (await jill.answers()).map(({ action }) => action),
    ["presence_join", "message"],
  );
});

test("a second join on a socket does everything again, and adds no member", async (t) => {
  const { service, arrive } = await stage(t);
  const [jill, jack] = [await arrive(JILL), await arrive(JACK)];
  jack.join("orders/7");
  jack.broadcast("orders/7", "not acknowledged");
  const [first] = await jack.answersOf("message");
  for (const channel of [ROOM, "orders/7"]) jack.join(channel);
  const again = await jack.answers();
  assert.deepEqual(
    again.map(({ action }) => action),
    ["join", "presence_full", "join", "conversation_start", "message", "conversation_end", "replay"],
  );
  assert.equal(again.at(-1).id, first.id);
  if (!MODEL_ONLY) assert.equal(service.timesFired("join", ROOM), 3, "Jill's, and two of Jack");
  assert.equal((await jill.answersOf("presence_join")).length, 1);
  jill.broadcast(ROOM, "hello");
  assert.deepEqual(payloads(await jill.answersOf("broadcast")), [{ delivered_local: 2 }]);
});

test("a join trigger refuses with its reason, and the settings refuse anonymous clients", {
  skip: MODEL_ONLY,
}, async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive({ join: ["members"] });
  for (const name of ["members", "staff"]) jill.join(name);
  assert.deepEqual(
    payloads(await jill.answers()).map(({ message }) => message),
    ["Sign in to join members", "Anonymous clients cannot join this channel."],
  );
  jill.broadcast("members", "refused, as she is no member");
  assert.equal((await jill.answers())[0].payload.message, "Client is not connected to this channel");
  const jack = await arrive({ token: tokenOf(7) });
  for (const name of ["members", "staff"]) jack.join(name);
  assert.equal((await jack.answersOf("join")).length, 2);
});

test("a leave ends the membership, whoever sends it gets an answer, and a later join counts anew", async (t) => {
  const { service, arrive } = await stage(t);
  const [jill, jack] = [await arrive(JILL), await arrive(JACK)];
  for (let times = 0; times < 2; times += 1) jack.say({ action: "leave", options: { channel: ROOM }, payload: null });
  assert.deepEqual(payloads(await jack.answersOf("leave")), [{}, {}]);
  if (!MODEL_ONLY) assert.equal(service.timesFired("leave", ROOM), 1);
  jill.broadcast(ROOM, "alone");
  assert.deepEqual(payloads(await jill.answersOf("broadcast")), [{ delivered_local: 1 }]);
  jack.join(ROOM);
  await jack.answers();
  assert.deepEqual(
    (await jill.answers()).map(({ action }) => action),
    ["presence_join"],
  );
});

test("presence has a user once, however many sockets the user has", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive(JILL);
  const [first, second] = [await arrive(JACK), await arrive(JACK)];
  const [{ action, payload: joined }, ...more] = await jill.answers();
  const { joined_at, ...member } = joined.member;
  assert.deepEqual([action, more], ["presence_join", []]);
  assert.deepEqual(member, { id: "7", dbo_id: 5, authenticated: true, extras: { name: "Jack" } });
  if (!MODEL_ONLY) assert.equal(joined_at, 1788471242);
  first.socket.close();
  await first.closed;
  second.say({ action: "presence", channel: ROOM });
  const [{ payload }] = await second.answersOf("presence_full");
  assert.deepEqual(ids(payload.members), ["0", "7"], "the asking member too");
  second.socket.close();
  assert.equal((await jill.next()).action, "presence_leave", "the last socket, and no other");
  assert.deepEqual(await jill.answers(), []);
});

test("presence has every anonymous socket, all with the id 0, and the list of a join is without the joiner", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive(JILL);
  const john = await arrive();
  john.join(ROOM);
  assert.deepEqual(ids((await john.answersOf("presence_full"))[0].payload.members), ["0"]);
  const joan = await arrive();
  joan.join(ROOM);
  assert.deepEqual(ids((await joan.answersOf("presence_full"))[0].payload.members), ["0", "0"]);
  assert.equal((await jill.answersOf("presence_join")).length, 2);
  joan.say({ action: "leave", channel: ROOM });
  await joan.answers();
  assert.equal((await jill.answersOf("presence_leave")).length, 1);
  jill.say({ action: "presence", channel: ROOM });
  assert.deepEqual(ids((await jill.answers())[0].payload.members), ["0", "0"]);
});

test("a channel without presence tells nothing of its members", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive({ join: ["rooms/lounge"] });
  await arrive({ join: ["rooms/lounge"] });
  assert.deepEqual(await jill.answers(), []);
  jill.say({ action: "presence", channel: "rooms/lounge" });
  assert.deepEqual(payloads(await jill.answers()), [{ members: [] }]);
});

test("a broadcast goes where its message says, and its sender gets a receipt after its own copy", async (t) => {
  const { arrive } = await stage(t);
  const [jill, jack] = [await arrive(JILL), await arrive(JACK)];
  await jill.answers();
  const reached = { send: [1, 1, 2], others: [0, 1, 1], echo: [1, 0, 1], none: [0, 0, 0] };
  for (const [type, [own, foreign, delivered_local]] of Object.entries(reached)) {
    jill.broadcast(ROOM, "hello", type);
    const answers = await jill.answers();
    assert.deepEqual(
      answers.map(({ action }) => action),
      [...Array(own).fill("message"), "broadcast"],
    );
    assert.deepEqual(answers.at(-1).payload, { delivered_local }, type);
    const message = { action: "message", channel: ROOM, type, payload: "hello" };
    assert.deepEqual(await jack.answers(), Array(foreign).fill(message), type);
  }
});

test("a handler's answer is what is delivered; null alone drops", { skip: MODEL_ONLY }, async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive(JILL);
  for (const type of ["louder", "zero", "shrug"]) jill.broadcast(ROOM, "hello", type);
  const answers = await jill.answers();
  assert.deepEqual(payloads(answers), [
    "hello!",
    { delivered_local: 1 },
    0,
    { delivered_local: 1 },
    { delivered_local: 0, dropped: true },
  ]);
});

test("a broadcast needs a membership, a type that is active, and the permission to publish", async (t) => {
  const { arrive } = await stage(t);
  const jill = await arrive({ join: [ROOM, "lobby", "board"] });
  jill.broadcast("talk", 1);
  jill.broadcast(ROOM, 1, "shout");
  jill.broadcast(ROOM, 1, "toString");
  jill.say({ action: "broadcast", channel: ROOM, options: { type: "send" }, payload: 1 });
  jill.broadcast("lobby", 1);
  jill.broadcast("board", 1);
  assert.deepEqual(
    payloads(await jill.answers()).map(({ message }) => message),
    [
      "Client is not connected to this channel",
      "Unknown message type: shout",
      "Unknown message type: toString",
      "Unknown message type: ",
      "Publishing is not allowed on this channel",
      "Publishing is not allowed on this channel",
    ],
  );
  const jack = await arrive({ ...JACK, join: ["board"] });
  jack.broadcast("board", 1);
  assert.deepEqual(payloads(await jack.answersOf("broadcast")), [{ delivered_local: 2 }]);
});

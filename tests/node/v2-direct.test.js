// The model of the V2 service as a bare WebSocket client meets it: direct messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenOf } from "../support/v2/rooms.js";
import { stage } from "../support/v2/stage.js";

const ROOM = "rooms/42";
const JACK = { token: tokenOf(7, { name: "Jack" }), join: [ROOM] };
const JILL = { join: [ROOM] };

const payloads = (frames) => frames.map(({ payload }) => payload);

test("a direct message reaches every socket of its user, and its sender gets the receipt alone", async (t) => {
  const { arrive } = await stage(t);
  const [jill, one, two] = [await arrive({ ...JILL, token: tokenOf(1) }), await arrive(JACK), await arrive(JACK)];
  await jill.answers();
  for (const row_id of [7, "7", 8]) jill.direct(ROOM, { dbo_id: 5, row_id }, `to ${row_id}`);
  assert.deepEqual(payloads(await jill.answers()), [
    { delivered_local: 2, direct: true },
    { delivered_local: 2, direct: true },
    { delivered_local: 0, direct: true },
  ]);
  for (const jack of [one, two]) assert.deepEqual(payloads(await jack.answersOf("message")), ["to 7", "to 7"]);
});

test("of a direct message to oneself the other sockets get a copy", async (t) => {
  const { arrive } = await stage(t);
  const [one, two] = [await arrive(JACK), await arrive(JACK)];
  one.direct(ROOM, { dbo_id: 5, row_id: 7 }, "a note");
  assert.deepEqual(payloads(await one.answers()), [{ delivered_local: 1, direct: true }]);
  assert.deepEqual(payloads(await two.answers()), ["a note"]);
});

test("a direct message needs a user as its sender, and a channel that allows it", async (t) => {
  const { arrive } = await stage(t);
  const [jill, jack] = [await arrive(JILL), await arrive({ ...JACK, join: [ROOM, "lobby"] })];
  jill.direct(ROOM, { dbo_id: 5, row_id: 7 }, "from an anonymous client");
  jack.direct("lobby", { dbo_id: 5, row_id: 8 }, "on a channel without direct messages");
  for (const client of [jill, jack]) {
    const [{ payload }] = await client.answersOf("error");
    assert.deepEqual(payload, { message: "Direct messaging is disabled" });
  }
});

test("an address without a usable identity makes an ordinary broadcast", async (t) => {
  const { arrive } = await stage(t);
  const [jill, jack] = [await arrive(JILL), await arrive(JACK)];
  const addresses = [
    null,
    {},
    "7",
    [],
    { dbo_id: 5 },
    { dbo_id: 0, row_id: 7 },
    { dbo_id: 5, row_id: 0 },
    { dbo_id: "5", row_id: 7 },
  ];
  for (const to of addresses) jill.direct(ROOM, to, "to all");
  const receipts = payloads(await jill.answersOf("broadcast"));
  assert.deepEqual(receipts, Array(addresses.length).fill({ delivered_local: 2 }));
  assert.equal((await jack.answersOf("message")).length, addresses.length);
});

// The golden frames of V2, which the tests of the `protocol` crate read too, and the model of the service: it reads
// every frame to the server, sends every frame to the client, and refuses what the service refuses.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Clock } from "../support/clock.js";
import { ADDRESS, SECRET, settings, tokenOf } from "../support/v2/rooms.js";
import { Service } from "../support/v2/service.js";

const JACK = tokenOf(7, { name: "Jack" });
const ROOM = "rooms/42";
const ORDERS = "orders/7";

test("the model answers every golden frame to the server without an error", async () => {
  for (const { name, frame } of golden("to_server")) {
    const { open } = stage();
    const jill = await open({ token: tokenOf(1) });
    jill.join(ROOM, ORDERS);
    jill.frames.length = 0;
    jill.say(frame);
    assert.notEqual(jill.frames.length, 0, name);
    assert.deepEqual(
      jill.frames.filter(({ action }) => action === "error"),
      [],
      name,
    );
  }
});

test("the model sends every golden frame to the client", async () => {
  const sent = (await conversation()).map(sorted);
  const frames = golden("to_client");
  assert.ok(frames.length > 30, `${frames.length} frames`);
  for (const { name, frame } of frames) assert.ok(sent.includes(sorted(frame)), `${name}: ${sorted(frame)}`);
});

test("the model refuses what the service refuses, with its texts", async () => {
  for (const { text, channel, message } of golden("refused")) {
    const { open } = stage();
    const jill = await open();
    jill.join(ROOM, "lobby");
    jill.frames.length = 0;
    jill.connection.receive(text);
    assert.deepEqual(jill.frames, [{ action: "error", ...(channel && { channel }), payload: { message } }], text);
  }
});

/** Every frame that any client receives while each rule of the wire is played once. */
async function conversation() {
  const heard = [];
  const { open, service } = stage();
  const arrive = (options) => open({ ...options, heard });

  (await arrive({ address: "nowhere" })).say({ action: "ping" });
  (await arrive({ isEarly: true })).say({ action: "ping" });
  const jill = await arrive();
  jill.say({ action: "ping" });
  jill.join(ROOM, "lobby", ORDERS, "talk", "members", "dc-chat-room");
  const jack = await arrive({ token: JACK });
  jack.join(ROOM, "lobby");
  jack.say({ action: "presence", channel: ROOM });

  jill.broadcast(ROOM, "send", { text: "Hello 🕷", list: [1, 2.5, null] });
  for (const type of ["send", "shrug", "shout"]) jill.broadcast(ROOM, type, null);
  jill.say({ action: "history", channel: ROOM });
  const to = { dbo_id: 5, row_id: 7 };
  const joan = await arrive({ token: tokenOf(8) });
  joan.join(ROOM);
  joan.say({ action: "broadcast", type: "send", options: { channel: ROOM, to }, payload: "psst" });
  jack.say({ action: "broadcast", type: "send", options: { channel: "lobby", to }, payload: "psst" });
  service.publish({ address: ADDRESS, channel: ROOM, message: "announcement", data: { body: "Hello from Xano" } });
  service.publish({ address: ADDRESS, channel: ROOM, data: { body: "no type" } });
  jack.say({ action: "leave", channel: ROOM });
  (await arrive()).join(ROOM);

  for (const payload of ["kept", "too fast"]) jill.broadcast("talk", "send", payload);
  jack.join("talk");

  const options = { channel: ORDERS, client_id: "a-client-of-jill" };
  const orders = await arrive();
  orders.say({ action: "join", options });
  for (const payload of ["first", "second"]) orders.broadcast(ORDERS, "send", payload);
  orders.say({ action: "ack", options: { ...options, id: "1788471242950-0" } });
  (await arrive()).say({ action: "join", options });
  return heard;
}

/** A service in virtual time, and a way to connect to it. */
function stage() {
  const clock = new Clock();
  const service = new Service({ settings: settings(), clock, secret: SECRET });
  return {
    service,
    async open({ address = ADDRESS, token, heard = [], isEarly = false } = {}) {
      const deliver = (text) => heard.push(JSON.parse(text));
      const connection = service.connect({ path: `/ws/${address}`, token }, { deliver, close() {} });
      const say = (frame) => connection.receive(JSON.stringify(frame));
      if (!isEarly) await clock.advance(0);
      return {
        connection,
        say,
        frames: heard,
        join: (...channels) => channels.forEach((channel) => say({ action: "join", channel })),
        broadcast: (channel, type, payload) => say({ action: "broadcast", channel, type, payload }),
      };
    },
  };
}

function golden(name) {
  return JSON.parse(readFileSync(new URL(`../../protocol/fixtures/v2/${name}.json`, import.meta.url), "utf8"));
}

/** The JSON of a frame whatever the order of its fields. */
function sorted(value) {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

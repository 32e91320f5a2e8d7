// Values that cannot be made a text, from a server or from the application: they concern whatever they belong to, alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, openChannel, replaceWebSocket, settled, throwingWebSocket } from "../support/node-page.js";

const NESTED = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
const NO_TEXT = '{"toString":1,"valueOf":1}';

const says = (payload) => `{"action":"error","options":{"channel":"room"},"payload":${payload}}`;

for (const [what, payload] of [
  ["is nested deeply", NESTED],
  ["has a message without a text", `{"message":${NO_TEXT}}`],
  ["has a message that is nested deeply", `{"message":${NESTED}}`],
]) {
  test(`an error of the server that ${what} is printed and ends nothing`, async (t) => {
    const printed = t.mock.method(console, "warn", () => {});
    const channel = client().channel("room");
    channel.on("message", () => {});
    const socket = FakeSocket.latest;
    socket.open();
    const joined = channel.joined;
    socket.deliver(says(payload));
    await assert.rejects(joined, { code: "refused" });
    channel.message("alive");
    assert.equal(socket.sentOf("message").length, 1);
    assert.ok(printed.mock.callCount() <= 1);
    channel.destroy();
  });
}

for (const [what, cause] of [
  ["a symbol", Symbol("no")],
  ["an object without a prototype", Object.assign(Object.create(null), { message: "expired" })],
]) {
  test(`a token function that rejects with ${what} has failed, and other clients go on`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { channel: other, socket } = openChannel();
    const told = [];
    const channel = client({ realtimeAuthToken: () => Promise.reject(cause) }).channel("room");
    channel.on("error", ({ payload }) => told.push(payload.code));
    t.after(() => [channel, other].forEach((each) => each.destroy()));
    await settled();
    await settled();
    assert.deepEqual(told, ["no_token"]);
    other.message("alive");
    assert.equal(socket.sentOf("message").length, 1);
  });
}

test("a platform that throws an object without a text makes no socket, and says so", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  replaceWebSocket(t, throwingWebSocket(Object.create(null)));
  const told = [];
  const channel = client().channel("room");
  t.after(() => channel.destroy());
  channel.on("error", ({ payload }) => told.push(payload.code));
  await settled();
  assert.deepEqual(told, ["no_socket"]);
});

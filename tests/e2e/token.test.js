// The realtime auth token travels as the WebSocket subprotocol, and nowhere else.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocketServer } from "ws";
import { HASH, room, settings } from "../support/settings.js";
import { CLIENT, stage } from "../support/stage.js";

const world = stage({ settings: settings(room("marvel-chat-room")) });
const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJkYm9faWQiOjF9.c2lnbmF0dXJl_-";

const skip = CLIENT === "original" && "the original cannot be told a port";

test("the token is the subprotocol of the handshake", { skip }, async (t) => {
  const handshakes = await recordHandshakes(t);
  const jill = await world.user(t);

  await jill.connect({ ...handshakes.settings, realtimeAuthToken: TOKEN });
  await jill.open("marvel-chat-room");

  assert.deepEqual(await handshakes.next(), { url: `/rt/${HASH}`, token: TOKEN });
});

test("without a token there is no subprotocol", { skip }, async (t) => {
  const handshakes = await recordHandshakes(t);
  const jill = await world.user(t);

  await jill.connect(handshakes.settings);
  await jill.open("marvel-chat-room");

  assert.deepEqual(await handshakes.next(), { url: `/rt/${HASH}`, token: undefined });
});

test("the canonical wins over the hash, and the instance over the API group", { skip }, async (t) => {
  const handshakes = await recordHandshakes(t);
  const jill = await world.user(t);

  await jill.connect({
    instanceBaseUrl: handshakes.settings.apiGroupBaseUrl,
    apiGroupBaseUrl: "http://127.0.0.1:9/api:nobody",
    realtimeConnectionHash: "hash",
    realtimeConnectionCanonical: "canonical",
  });
  await jill.open("marvel-chat-room");

  assert.deepEqual(await handshakes.next(), { url: "/rt/canonical", token: undefined });
});

test("a token that is set, changed or taken away is used by the next connection", { skip }, async (t) => {
  const handshakes = await recordHandshakes(t);
  const jill = await world.user(t);
  const reconnectWith = (token) =>
    jill.page.evaluate((token) => {
      probe.client.setRealtimeAuthToken(token);
      probe.client.realtimeReconnect();
    }, token);
  await jill.connect(handshakes.settings);
  await jill.open("marvel-chat-room");
  assert.equal((await handshakes.next()).token, undefined);
  await jill.until((name) => probe.of(name, "connection_status").length > 0, "marvel-chat-room");

  await reconnectWith(TOKEN);
  assert.equal((await handshakes.next()).token, TOKEN);
  await reconnectWith("another.token");
  assert.equal((await handshakes.next()).token, "another.token");
  await reconnectWith(null);
  assert.equal((await handshakes.next()).token, undefined);
});

test("a token that the server does not accept opens the socket all the same, and the page is told why", async (t) => {
  const jill = await world.user(t);
  await jill.connect({ realtimeAuthToken: TOKEN });

  await jill.join("marvel-chat-room");

  const error = await jill.action("marvel-chat-room", "error");
  assert.match(error.payload.message, /^Authentication token was not accepted/);
  assert.ok(!JSON.stringify(error).includes(TOKEN), "the token is not repeated");
  await jill.message("marvel-chat-room", "I am still here");
  assert.deepEqual(await jill.messages("marvel-chat-room", 1), ["I am still here"]);
});

/** A server that notes what handshakes ask for. */
async function recordHandshakes(test) {
  const seen = [];
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (_, request) => {
    seen.push({ url: request.url, token: request.headers["sec-websocket-protocol"] });
    server.emit("seen");
  });
  await once(server, "listening");
  test.after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return {
    settings: { apiGroupBaseUrl: `http://127.0.0.1:${server.address().port}/api:demo`, realtimeConnectionHash: HASH },
    async next() {
      if (seen.length === 0) await once(server, "seen", { signal: AbortSignal.timeout(30_000) });
      return seen.shift();
    },
  };
}

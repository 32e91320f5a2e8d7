// The model of the V2 service behind a fake page: no sockets, and time that the test moves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Page } from "../parity/realtime/browser.js";
import { Clock } from "../support/clock.js";
import { PageService } from "../support/v2/page-service.js";
import { SECRET, settings, tokenOf } from "../support/v2/rooms.js";
import { Service } from "../support/v2/service.js";

const NO_CLIENT = { runInContext() {} };

/** A page with a bare socket, and what the socket told it. */
function stage(url, protocols) {
  const clock = new Clock();
  const service = new Service({ settings: settings({ handshake_delay_ms: 150 }), clock, secret: SECRET });
  const witness = new PageService(service);
  const page = new Page(NO_CLIENT, { clock, witness });
  const socket = new page.globals.WebSocket(url, protocols);
  const told = [];
  socket.addEventListener("open", () => told.push("open"));
  socket.addEventListener("message", ({ data }) => told.push(JSON.parse(data)));
  socket.addEventListener("close", ({ code }) => told.push(code));
  const say = (frame) => socket.send(JSON.stringify(frame));
  return { clock, service, witness, socket, told, say };
}

test("a page opens, waits for readiness, joins, hears its message and is dropped when it is idle", async () => {
  const { clock, service, witness, told, say } = stage("wss://x8.xano.io/ws/rtmain01", [tokenOf(7)]);
  await clock.advance(0);
  say({ action: "ping" });
  await clock.advance(0);
  assert.deepEqual(told.splice(0), ["open", { action: "error", payload: { message: "Connection is not ready" } }]);
  await clock.advance(150);
  say({ action: "join", channel: "rooms/lounge" });
  say({ action: "broadcast", channel: "rooms/lounge", type: "send", payload: "hello" });
  assert.deepEqual(told, [], "nothing is answered while the page sends");
  await clock.advance(0);
  assert.deepEqual(
    told.splice(0).map(({ action }) => action),
    ["join", "message", "broadcast"],
  );
  await clock.advance(600_000);
  assert.deepEqual([told, witness.reports], [[1006], []]);
  assert.equal(service.timesFired("disconnect"), 1);
});

test("a page that closes its socket is gone, and an address of V1 never opens", async () => {
  const { clock, service, socket, told } = stage("wss://x8.xano.io/ws/rtmain01");
  await clock.advance(150);
  socket.close(1000);
  await clock.advance(0);
  assert.deepEqual(told, ["open", 1000]);
  assert.equal(service.connections[0].isClosed, true);
  const other = stage("wss://x8.xano.io/rt/1lK90n16tnnylJpJ0Xa7Km6_KxA");
  await other.clock.advance(0);
  assert.deepEqual(other.told, [1006]);
});

// What is left behind when everything that was made is gone. The modules themselves, so that their lists can be looked into.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FakeSocket, settled } from "../support/node-page.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
globalThis.VERSION = "test";

const SOURCE = "../../pkg-template/src";
const { provide } = await import(`${SOURCE}/core/engine.js`);
const { handles } = await import(`${SOURCE}/core/handles.js`);
const { links } = await import(`${SOURCE}/core/link.js`);
const { connections } = await import(`${SOURCE}/core/pool.js`);
const { XanoBase } = await import(`${SOURCE}/base.js`);
const { withRealtime } = await import(`${SOURCE}/realtime/part.js`);

const CHANNELS = 100_000;
const CHANNELS_AT_ONCE = 500;
const CONNECTIONS = 10_000;
/** Far below one number kept for each channel. */
const SPARE_BYTES = 400_000;

let memory;
provide((append) => {
  const module = new WebAssembly.Module(readFileSync(new URL("../../pkg/xano.wasm", import.meta.url)));
  const [{ module: from, name }] = WebAssembly.Module.imports(module);
  const { exports } = new WebAssembly.Instance(module, { [from]: { [name]: append } });
  memory = exports.memory;
  return Object.values(exports).find((item) => typeof item === "function");
});
const Client = withRealtime(XanoBase);

/** A client on a connection of its own. */
function client(number) {
  return new Client({ instanceBaseUrl: "https://x8.xano.io", realtimeConnectionHash: `leak-${number}` });
}

/** Makes channels, uses them and destroys them, some hundred at a time on one socket. */
async function useChannels(count) {
  const owner = client("channels");
  const keeper = owner.channel("keeps the socket").on(() => {});
  const socket = FakeSocket.latest;
  socket.open();
  for (let number = 0; number < count; number += CHANNELS_AT_ONCE) {
    const channels = Array.from({ length: CHANNELS_AT_ONCE }, (_, index) => owner.channel(`room ${number + index}`));
    for (const channel of channels) channel.on(() => {}).message("text");
    // What a slow network does not take waits in the engine, and is dropped with its channel.
    socket.bufferedAmount = 1e9;
    for (const channel of channels) channel.message("waits");
    socket.bufferedAmount = 0;
    for (const channel of channels) channel.destroy();
    socket.sent.length = 0;
  }
  keeper.destroy();
  await settled();
}

/** Opens connections, each of which is lost, comes back, and is let go. */
async function useConnections(t, count) {
  for (let number = 0; number < count; number++) {
    const channel = client(number).channel("room");
    channel.on(() => {});
    channel.message("waits");
    FakeSocket.latest.open();
    FakeSocket.latest.drop(1006);
    t.mock.timers.tick(60_000);
    FakeSocket.latest.open();
    channel.destroy();
    await undefined;
    if (number % 100 === 0) {
      FakeSocket.all.length = 0;
      await settled();
    }
  }
  await settled();
  FakeSocket.all.length = 0;
}

async function heap() {
  for (let times = 0; times < 3; times++) {
    await settled();
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

test("100,000 channels and 10,000 connections leave no number, no socket and no memory behind", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  // The first pass makes the room that a page of this size needs.
  await useChannels(CHANNELS / 5);
  await useConnections(t, CONNECTIONS / 5);
  FakeSocket.all.length = 0;
  const before = { heap: await heap(), pages: memory.buffer.byteLength };

  await useChannels(CHANNELS);
  await useConnections(t, CONNECTIONS);
  FakeSocket.all.length = 0;

  assert.deepEqual([handles.size, connections.size, links.size], [0, 0, 0]);
  assert.equal(memory.buffer.byteLength, before.pages);
  const grown = (await heap()) - before.heap;
  t.diagnostic(`the heap has grown by ${grown} bytes`);
  assert.ok(grown < SPARE_BYTES, `the heap has grown by ${grown} bytes`);
});

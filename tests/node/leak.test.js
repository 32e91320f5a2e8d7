// What is left behind when everything that was made is gone. The modules themselves, so that their lists can be looked into.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bundleModules, WASM } from "../support/modules.js";
import { FakeSocket, settled } from "../support/node-page.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
const { handles, links, connections, memory, XanoBase, withRealtime } = await modules();

const CHANNELS = 100_000;
const CHANNELS_AT_ONCE = 500;
const CONNECTIONS = 10_000;
/** Far below one number kept for each channel. */
const SPARE_BYTES = 400_000;

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
  const before = { heap: await heap(), pages: memory().byteLength };

  await useChannels(CHANNELS);
  await useConnections(t, CONNECTIONS);
  FakeSocket.all.length = 0;

  assert.deepEqual([handles.size, connections.size, links.size], [0, 0, 0]);
  assert.equal(memory().byteLength, before.pages);
  const grown = (await heap()) - before.heap;
  t.diagnostic(`the heap has grown by ${grown} bytes`);
  assert.ok(grown < SPARE_BYTES, `the heap has grown by ${grown} bytes`);
});

/** The modules of the package, around the built wasm. */
async function modules() {
  const boot = `
    import { readFileSync } from "node:fs";
    let exports;
    export const memory = () => exports.memory.buffer;
    export function boot(append) {
      const module = new WebAssembly.Module(readFileSync(${JSON.stringify(WASM)}));
      const [{ module: from, name }] = WebAssembly.Module.imports(module);
      ({ exports } = new WebAssembly.Instance(module, { [from]: { [name]: append } }));
      return Object.values(exports).find((item) => typeof item === "function");
    }`;
  const entry = `
    export { handles } from "./core/handles.js";
    export { links } from "./core/link.js";
    export { connections } from "./core/pool.js";
    export { XanoBase } from "./base.js";
    export { withRealtime } from "./realtime/part.js";
    export { memory } from "wasm:boot";`;
  const text = await bundleModules({ entry, boot, format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
}

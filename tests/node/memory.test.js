// What the module needs of memory. In a file of its own: it has to see the module come to life.

import assert from "node:assert/strict";
import { test } from "node:test";

const PAGE_BYTES = 65_536;
/** `-zstack-size` of xtask/src/compile.rs. The stack lies below everything else, and grows towards 0. */
const STACK_BYTES = 32_768;

let memory;
let bytesAtStart;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    memory = this.exports.memory;
    bytesAtStart = memory.buffer.byteLength;
  }
};

const { client, FakeSocket, message, settled } = await import("../support/node-page.js");

test("nothing is compiled before the first channel", () => {
  client().setRealtimeAuthToken("token");
  assert.equal(memory, undefined);
  client().channel("room").destroy();
  assert.ok(memory);
});

test("the memory is one page at the start", () => {
  assert.equal(bytesAtStart, PAGE_BYTES);
});

test("a busy life needs a small part of the stack", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const jill = client({ realtimeAuthToken: "first" });
  const jack = client({ realtimeConnectionHash: "shared", realtimeAuthToken: async () => "of a function" });
  const busy = (channel) => {
    // Handlers that call back into everything there is.
    channel.on((action) => {
      if (action.action !== "message") return;
      const other = jill.channel(`other ${action.payload}`, { history: true, presence: true, recover: true });
      other.on(() => {});
      other.message(action.payload);
      if (action.payload % 2) other.destroy();
      channel.message({ toJSON: () => void jill.setRealtimeAuthToken(`token-${action.payload}`).realtimeReconnect() });
    });
  };
  for (const owner of [jill, jack]) busy(owner.channel("room"));
  for (let round = 0; round < 30; round++) {
    await settled();
    const socket = FakeSocket.latest;
    if (socket.readyState === FakeSocket.CONNECTING) socket.open();
    socket.deliver({ action: "join", options: { channel: "room" }, payload: { ext: { ping: 1, publish: 1 } } });
    socket.deliver(message(round));
    if (round % 5 === 0) socket.drop(1006);
    t.mock.timers.tick(61_000);
  }
  jill.destroy();
  jack.destroy();
  const used = STACK_BYTES - new Uint8Array(memory.buffer, 0, STACK_BYTES).findIndex((byte) => byte !== 0);
  t.diagnostic(`${used} bytes of the stack were used`);
  assert.ok(used > 0 && used < STACK_BYTES / 2);
});

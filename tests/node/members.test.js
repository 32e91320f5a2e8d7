// Members of a channel are what the server says of them, and nothing that it says replaces what every member can do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openChannel } from "../support/node-page.js";
import { sdk } from "../support/package.js";

const { XanoRealtimeClient } = sdk;

const METHODS = ["message", "publish", "history", "constructor", "toString", "hasOwnProperty"];

test("no field of a presence entry replaces the prototype or a method of a member", (t) => {
  const { channel, socket } = openChannel();
  t.after(() => channel.destroy());
  const names = ["__proto__", "channel", "_address", ...METHODS];
  const fields = names.map((name) => `${JSON.stringify(name)}: {"isAdmin": true}`).join();
  const entry = `{"socketId": "s1", "extras": {"__proto__": {"a": 1}}, "permissions": {}, "more": 1, ${fields}}`;
  const frame = (action, payload) => `{"action": "${action}", "options": {"channel": "room"}, "payload": ${payload}}`;
  for (const text of [
    frame("presence_full", `{"presence": [${entry}]}`),
    frame("presence_update", `{"action": "join", "presence": ${entry}}`),
  ]) {
    socket.deliver(text);
    const [member] = channel.getPresence();
    assert.ok(member instanceof XanoRealtimeClient);
    assert.equal(Object.getPrototypeOf(member), XanoRealtimeClient.prototype);
    assert.equal(member.isAdmin, undefined);
    assert.equal(member.channel, channel);
    assert.equal(member.more, 1, "whatever else the server says is there");
    for (const method of METHODS) assert.equal(typeof member[method], "function", method);
    member.message("psst");
    assert.deepEqual(socket.sent.at(-1).options, { channel: "room", socketId: "s1" });
  }
});

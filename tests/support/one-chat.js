// A chat between two clients in Node, made with the package in pkg/.

import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { XanoClient } from "../../pkg/index.js";

const ROOM = "marvel-chat-room";
globalThis.WebSocket ??= WebSocket;

/** Both clients join, each hears the other. `server` is one that was started, or anything with `clientSettings`. */
export async function chatOn(server) {
  const [jill, jack] = [new XanoClient(server.clientSettings), new XanoClient(server.clientSettings)];
  try {
    const [hers, his] = [jill.channel(ROOM), jack.channel(ROOM)];
    for (const channel of [hers, his]) channel.on(() => {});
    await Promise.all([hers.joined, his.joined]);
    await says(hers, his, "Hello Jack");
    await says(his, hers, "Hello Jill");
  } finally {
    jill.destroy();
    jack.destroy();
  }
}

async function says(speaker, listener, text) {
  const heard = listener.once("message");
  await speaker.publish({ text });
  assert.deepEqual((await heard).payload, { text });
}

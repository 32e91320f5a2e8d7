// The original as a subscriber, in a process of its own: says what it has heard when it is asked.
// node original-subscriber.js <port> <hash> <channel>

import { createRequire } from "node:module";
import WebSocket from "ws";

const [port, realtimeConnectionHash, name] = process.argv.slice(2);

// It always connects to `wss://{host}/…` and drops the port.
globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(String(url).replace(/^wss:\/\/[^/]+/, `ws://127.0.0.1:${port}`), protocols);
    // It listens to no errors, and one that nobody hears would end this process.
    this.on("error", () => {});
  }
};
const { XanoNodeClient } = createRequire(import.meta.url)("@xano/js-sdk");

const heard = [];
const client = new XanoNodeClient({ instanceBaseUrl: "https://127.0.0.1", realtimeConnectionHash });
client.channel(name).on((action) => {
  if (action.action === "join" && heard.length === 0) process.send("joined");
  if (action.action === "message") heard.push(action.payload);
});
process.on("message", () => process.send(heard));

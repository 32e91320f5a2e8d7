// A subscriber in a process of its own, which can be frozen: says what it has heard once it has heard the end.
// node frozen-subscriber.js <base URL> <hash> <channel>

import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket;
const { XanoClient, XanoObjectStorage } = await import("../../pkg/index.js");

const [apiGroupBaseUrl, realtimeConnectionHash, name] = process.argv.slice(2);
const client = new XanoClient({ apiGroupBaseUrl, realtimeConnectionHash, storage: new XanoObjectStorage() });

const heard = [];
const hear = ({ action, payload }) => {
  if (action === "connection_status" && payload.status === "disconnected") heard.push(`!${payload.code}`);
  if (action === "error") heard.push(`!${payload.code}`);
  if (action !== "message") return;
  if (payload.isLast) process.send(heard);
  else heard.push(payload.number);
};
const channel = client.channel(name, { recover: true }).on(hear, hear);
await channel.joined;
process.send("joined");

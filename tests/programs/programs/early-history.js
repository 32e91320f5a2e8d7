// A chat site: it asks for the history at once, and again when it is connected.

import { XanoClient } from "@xano/js-sdk";
import { settings, settled, show } from "../world.js";

const lines = [];
const channel = new XanoClient(settings).channel("room");
channel.history();
channel.on((action) => {
  if (action.action === "connection_status" && action.payload.status === "connected") channel.history();
  if (action.action === "history") for (const message of action.payload.history) lines.push(message.payload);
  if (action.action === "message") lines.push(action.payload);
});
await settled();
channel.message("own");
await settled();
show(lines);

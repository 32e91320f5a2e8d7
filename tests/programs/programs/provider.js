// A React provider: it ends its client by whatever the client has for that.

import { XanoClient } from "@xano/js-sdk";
import { settings, settled, show, sockets } from "../world.js";

const client = new XanoClient(settings);
const channels = ["room", "lobby"].map((name) => client.channel(name, { presence: true }));
const members = {};
for (const channel of channels)
  channel.on("presence_full", () => (members[channel.channel] = channel.getPresence().length));
await settled();

for (const end of ["destroy", "disconnect", "close"]) if (typeof client[end] === "function") client[end]();
for (const channel of channels) channel.destroy();
await settled();
const [{ sent, readyState }] = sockets;
show({ members, left: sent.filter((frame) => frame.startsWith("leave")), isClosed: readyState === 3 });

// A visual builder: its close action destroys the channel, its open action makes it again while others are there.

import { XanoClient } from "@xano/js-sdk";
import { settings, settled, show, sockets } from "../world.js";

const client = new XanoClient(settings);
const lobby = client.channel("lobby");
let channel = client.channel("room");
lobby.on(() => {});
channel.on("message", () => {});
await settled();
channel.destroy();
await settled();
channel = client.channel("room").on("message", () => {});
await settled();
show(sockets[0].sent.filter((frame) => frame.endsWith(" room")));

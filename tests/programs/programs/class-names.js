// Consoles: what objects and errors are called.

import { XanoClient, XanoLocalStorage } from "@xano/js-sdk";
import { apiGroupBaseUrl, settings, settled, show } from "../world.js";

const client = new XanoClient({ ...settings, apiGroupBaseUrl });
const channel = client.channel("room", { presence: true }).on(() => {});
await settled();
const response = await client.get("/echo");
const error = await client.get("/missing").catch((error) => error);
const objects = [client, channel, channel.getPresence()[0], response, error, new XanoLocalStorage()];
show(objects.map((object) => object.constructor.name));

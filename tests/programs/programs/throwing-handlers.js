// The same chat site: two handlers that read a field which most actions do not have, under an error tracker.

import { XanoClient } from "@xano/js-sdk";
import { settings, settled, show, sockets, tracked } from "../world.js";

const lines = [];
const channel = new XanoClient(settings).channel("room", { presence: true });
channel.on((action) => lines.push(action.payload.user.name));
channel.on((action) => lines.push(action.payload.order.total));
await settled();
for (let number = 0; number < 17; number++) sockets[0].say("message", { number });
sockets[0].say("message", { user: { name: "Ann" }, order: { total: 5 } });
await settled();
show({ lines, tracked: tracked.length });

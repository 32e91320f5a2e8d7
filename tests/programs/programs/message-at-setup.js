// A Vue chat: set-up says hello before anything is connected.

import { XanoClient } from "@xano/js-sdk";
import { settings, settled, show } from "../world.js";

const heard = [];
const channel = new XanoClient(settings).channel("room", { queueOfflineActions: true });
channel.message("hello from set-up");
channel.on("message", (action) => heard.push(action.payload));
await settled();
show(heard);

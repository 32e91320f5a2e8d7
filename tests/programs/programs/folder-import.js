// A Next application: three modules import the folder, and subscribe in one tick.

import { XanoClient } from "@xano/js-sdk/lib";
import { outcome, settings, settled, show, sockets } from "../world.js";

const client = new XanoClient(settings);
const heard = [];
const subscribed = ["orders", "drivers", "room"].map((name) =>
  outcome(() => client.channel(name).on("message", (action) => heard.push(action.payload))),
);
await settled();
sockets[0].say("message", "hello");
await settled();
show({ subscribed, heard });

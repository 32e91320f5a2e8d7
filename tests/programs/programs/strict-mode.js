// An auction page under StrictMode: the effect is mounted, unmounted and mounted again before anything else happens.

import { XanoClient } from "@xano/js-sdk";
import { outcome, settings, settled, show, sockets } from "../world.js";

const client = new XanoClient(settings);
const bids = [];
const effect = () => {
  const channel = client.channel("room", { history: true });
  channel.on("message", (action) => bids.push(action.payload));
  return () => channel.destroy();
};
const unmount = effect();
const unmounted = outcome(unmount);
const mountedAgain = outcome(effect);
await settled();
sockets.at(-1).say("message", 100);
await settled();
show({ unmounted, mountedAgain, bids, sockets: sockets.length });

// A messenger library: it looks at the page's socket before it sends.

import { XanoClient } from "@xano/js-sdk";
import { XanoRealtimeState } from "@xano/js-sdk/lib/models/realtime-state";
import { settings, settled, show } from "../world.js";

const state = () => XanoRealtimeState.getInstance().getSocket()?.readyState ?? null;
const client = new XanoClient(settings);
const states = [state()];
const channel = client.channel("room");
states.push(state());
channel.on(() => {});
states.push(state());
await settled();
states.push(state());
channel.destroy();
await settled();
states.push(state());
show(states);
